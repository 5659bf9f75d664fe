package io.github.hullo

import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration
import kotlin.time.toJavaDuration
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * One device of one account at a time: it signs in, calls, rings and answers, and reconnects by itself. Its operations are the
 * suspend functions of [NativeClientInterface]; what goes wrong is a [HulloException.Refused], whose `error` has a `kind` to branch on.
 *
 * [close] gives back the connection and the devices without waiting for that, [shutDown] waits. Both hang up nothing: a call goes on
 * with the next client of this device (one with the same store), or is over when none comes within the grace time.
 * [NativeClientInterface.logout] before that ends the call.
 */
class Client private constructor(
    private val native: NativeClient,
    private val told: Told,
) : NativeClientInterface by native, AutoCloseable {

    /**
     * What happens, in order, until the client is closed. Each is given to one who collects, and kept until there is one: collecting may
     * stop and go on later.
     */
    val events: Flow<Event> get() = told.flow

    /**
     * Dials. Done when the server has the call, which may already have ended (busy). [attachment] is the app's own text for the callee,
     * [timeout] how long it rings.
     */
    suspend fun call(
        accid: String,
        media: Media = Media.VIDEO,
        presets: DevicePresets = DevicePresets(),
        attachment: String? = null,
        timeout: Duration? = null,
    ): CallView {
        val invite = InviteOptions(attachment, timeout?.toJavaDuration())
        return native.call(accid, CallOptions(media, presets, invite))
    }

    override fun close() = native.close()

    companion object {
        /**
         * A client of the app at a server, `https://calls.example.com`, that is signed out. Without [devices] it says nothing,
         * plays to nobody and has no camera.
         *
         * The provider is asked for login tokens, the handler for room tokens (secure mode), signed for a call and a number of this
         * account in it. [store] is a file of this client's own, where it keeps who it is; without, each start is a new device.
         * [localAddress] is the address of this machine that leads to the server's media, where it does not find that by itself.
         */
        suspend fun open(
            server: String,
            appKey: String,
            devices: Devices = Devices(),
            tokenProvider: (suspend () -> String)? = null,
            tokenHandler: (suspend (callId: String, uid: ULong) -> String)? = null,
            store: String? = null,
            platform: Platform = Platform.DESKTOP,
            localAddress: String? = null,
        ): Client {
            val told = Told()
            val native = NativeClient.open(
                ClientOptions(server, appKey, platform, store, localAddress),
                told,
                devices,
                tokenProvider?.let { ask ->
                    object : TokenProvider {
                        override suspend fun loginToken() = ask()
                    }
                },
                tokenHandler?.let { ask ->
                    object : TokenHandler {
                        override suspend fun roomToken(callId: String, uid: ULong) = ask(callId, uid)
                    }
                },
            )
            return Client(native, told)
        }
    }
}

/** Keeps what happens until somebody collects it. It must hold no client: the client holds it. */
internal class Told : EventListener {
    private val waiting = ConcurrentLinkedQueue<Event>()

    /** Says that there is more, or that there will be no more. One that is lost with who waited for it is not missed: `waiting` is looked at first. */
    private val more = Channel<Unit>(Channel.CONFLATED)

    val flow: Flow<Event> = flow {
        do {
            while (true) {
                emit(waiting.poll() ?: break)
            }
        } while (more.receiveCatching().isSuccess)
        while (true) {
            emit(waiting.poll() ?: break)
        }
    }

    override fun onEvent(event: Event) {
        waiting.add(event)
        more.trySend(Unit)
    }

    override fun onClosed() {
        more.close()
    }
}
