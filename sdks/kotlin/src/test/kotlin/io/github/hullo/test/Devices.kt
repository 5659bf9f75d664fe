package io.github.hullo.test

import io.github.hullo.*
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.cos
import kotlin.math.sin

private const val RATE = 48_000
private const val FRAME = RATE / 100

/** Does something every 10 ms, as the clock of a sound card does, until it is stopped. */
private class Clock(tick: () -> Unit) {
    private val clock = Executors.newSingleThreadScheduledExecutor()

    init {
        clock.scheduleAtFixedRate(tick, 0, 10, TimeUnit.MILLISECONDS)
    }

    fun stop() {
        clock.shutdown()
        check(clock.awaitTermination(10, TimeUnit.SECONDS))
    }
}

/** A microphone that hears a tone of this many hertz. */
class Whistle(hertz: Int) : SoundInput {
    private var clock: Clock? = null

    // The same at the end of a second as at its start.
    private val second = ByteBuffer.allocate(2 * RATE).order(ByteOrder.LITTLE_ENDIAN).apply {
        for (at in 0 until RATE) putShort((10_000 * sin(2 * PI * hertz * at / RATE)).toInt().toShort())
    }.array()

    override fun start(to: SoundSender) {
        var at = 0
        clock = Clock {
            to.send(second.copyOfRange(at, at + 2 * FRAME))
            at = (at + 2 * FRAME) % second.size
        }
    }

    override fun stop() {
        clock?.stop()
    }
}

/** A loudspeaker that knows a tone. */
class Ear : SoundOutput {
    private var clock: Clock? = null

    @Volatile
    private var heard = ByteArray(0)

    @Volatile
    var isStopped = false

    override fun start(from: SoundSource) {
        clock = Clock {
            val more = heard + from.fill(FRAME.toUInt())
            heard = more.copyOfRange(maxOf(0, more.size - RATE), more.size)
        }
    }

    override fun stop() {
        clock?.stop()
        isStopped = true
    }

    /** How much of what was heard in the last half second is a tone of this many hertz: 1 is all of it. */
    fun shareOf(hertz: Int): Double {
        val samples = ByteBuffer.wrap(heard).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer()
        var (cosine, sine, power) = listOf(0.0, 0.0, 0.0)
        for (at in 0 until samples.limit()) {
            val sample = samples[at].toDouble()
            cosine += sample * cos(2 * PI * hertz * at / RATE)
            sine += sample * sin(2 * PI * hertz * at / RATE)
            power += sample * sample
        }
        return (cosine * cosine + sine * sine) * 2 / maxOf(power * samples.limit(), 1.0)
    }
}

/** A camera in front of a wall of one colour. */
class Wall(luma: Int, chroma: Int) : PictureInput {
    private var clock: Clock? = null
    private val pixels = 320 * 240
    private val data = ByteArray(pixels * 3 / 2) { if (it < pixels) luma.toByte() else chroma.toByte() }

    override fun start(to: PictureSender) {
        clock = Clock { to.send(Picture(320u, 240u, data)) }
    }

    override fun stop() {
        clock?.stop()
    }
}

/** Knows a colour. */
class Eye : PictureOutput {
    @Volatile
    private var seen: Triple<String, SlotKind, Picture>? = null

    override fun show(accid: String, kind: SlotKind, picture: Picture) {
        seen = Triple(accid, kind, picture)
    }

    fun sees(wanted: String, luma: Int, chroma: Int): Boolean {
        val (accid, kind, picture) = seen ?: return false
        assert(accid == wanted && kind == SlotKind.VIDEO) { "$accid $kind" }
        val pixels = (picture.width * picture.height).toInt()
        assert(picture.data.size == pixels * 3 / 2)
        fun isAt(place: Int, value: Int) = abs((picture.data[place].toInt() and 0xff) - value) < 8
        return isAt(pixels / 2 + picture.width.toInt() / 2, luma) && isAt(pixels * 9 / 8, chroma)
    }
}
