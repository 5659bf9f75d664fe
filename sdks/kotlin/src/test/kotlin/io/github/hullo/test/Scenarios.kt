package io.github.hullo.test

import io.github.hullo.*
import java.io.IOException
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout

/** The scenarios of docs/bindings.md, against a server with alice, bob and carol. */
private val scenarios = mapOf<String, suspend (Backend) -> Unit>(
    "call_and_hang_up" to ::callAndHangUp,
    "group_call_with_members" to ::groupCallWithMembers,
    "reject" to ::reject,
    "cancel" to ::cancel,
    "busy" to ::busy,
    "time_out" to ::timeOut,
    "secure" to ::secure,
    "second_device" to ::secondDevice,
    "switch" to ::switch,
    "record_and_message" to ::recordAndMessage,
    "sound_and_pictures" to ::soundAndPictures,
)

/** `NAME SERVER APP_KEY APP_SECRET` */
fun main(args: Array<String>) {
    val (name, server, appKey, appSecret) = args
    val scenario = checkNotNull(scenarios[name]) { "no scenario is called $name" }
    try {
        runBlocking { scenario(Backend(server, appKey, appSecret)) }
        println("$name: as it should be")
    } catch (error: Throwable) {
        error.printStackTrace()
        exitProcess(1)
    }
}

private suspend fun callAndHangUp(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val callId = connect(alice, bob)
    assert(alice.state == State.IN_CALL && bob.state == State.IN_CALL)
    val status = alice.client.status()
    assert(status.connected && !status.reconnecting)
    bob.client.hangup()
    assert(bob.state == State.IDLE)
    for (person in listOf(alice, bob)) {
        val end = person.seesEnd(callId)
        assert(end.reason == EndReason.HUNG_UP && end.by == "bob") { end }
        // What would be told twice is told by the time that this is answered.
        person.client.recents()
        assert(person.ends() == 1)
        person.client.shutDown()
        // What happened is told to its end, to whoever asks, and again.
        withTimeout(PATIENCE) {
            person.told.addAll(person.client.events.toList())
            assert(person.client.events.toList().isEmpty())
        }
        assert(person.ends() == 1)
    }
    val closed = runCatching { alice.client.logout() }.exceptionOrNull()
    assert(closed is HulloException.Closed) { "$closed" }
}

private suspend fun groupCallWithMembers(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val carol = backend.person("carol")
    val team = GroupTerms("team", InviteMode.EVERYONE, JoinMode.INVITED, false)
    val options = GroupCallOptions(CallOptions(Media.AUDIO), team)
    val dialled = alice.client.groupCall(listOf("bob", "carol", "nobody"), options)
    assert(dialled.refused == listOf(RefusedInvite("nobody", ErrorKind.ACCOUNT_NOT_FOUND)))
    assert(dialled.call.group == team)
    bob.answers()
    alice.seesEnter("bob")
    val invited = carol.sees(Event.Invited::class)
    assert(invited.invitor == "alice" && invited.name == "ALICE" && invited.group) { invited }
    val members = carol.client.accept(DevicePresets(audio = false))
    assert(members.map { it.accid }.toSet() == setOf("alice", "bob", "carol")) { members }
    assert(members.map { it.uid }.toSet().size == 3)
    alice.seesEnter("carol")
    bob.client.leave()
    carol.sees(Event.UserLeave::class) { it.accid == "bob" }
    assert(carol.state == State.IN_CALL)
    alice.client.hangup()
    assert(carol.seesEnd(dialled.call.callId).reason == EndReason.HUNG_UP)
}

private suspend fun reject(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val callId = alice.calls("bob")
    bob.rings()
    bob.client.reject()
    alice.sees(Event.UserReject::class) { it.accid == "bob" }
    for (person in listOf(alice, bob)) {
        assert(person.seesEnd(callId).reason == EndReason.REJECTED)
    }
}

private suspend fun cancel(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val callId = alice.calls("bob")
    bob.rings()
    alice.client.cancel()
    bob.sees(Event.UserCancel::class) { it.accid == "alice" }
    for (person in listOf(alice, bob)) {
        assert(person.seesEnd(callId).reason == EndReason.CANCELLED)
    }
    refused(ErrorKind.CANCEL_WHILE_IDLE) { alice.client.cancel() }
}

private suspend fun busy(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val carol = backend.person("carol")
    val running = connect(alice, bob)
    val callId = carol.calls("bob")
    carol.sees(Event.UserBusy::class) { it.accid == "bob" }
    assert(carol.seesEnd(callId).reason == EndReason.BUSY)
    val call = bob.client.status().call
    assert(call?.callId == running && call.state == CallState.ACTIVE) { "$call" }
    assert(bob.told.none { it is Event.CallWaiting })
}

private suspend fun timeOut(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    // The server lets it ring for five seconds at least.
    val call = alice.client.call("bob", Media.AUDIO, timeout = 1.seconds)
    bob.rings()
    for (person in listOf(alice, bob)) {
        person.sees(Event.CallingTimeOut::class)
        val end = person.seesEnd(call.callId)
        assert(end.reason == EndReason.TIMED_OUT && end.durationMs == 0uL) { end }
    }
    val recents = bob.client.recents()
    assert(recents.missed == 1u && recents.calls[0].missed) { recents }
}

private suspend fun secure(backend: Backend) {
    val asked = mutableListOf<Pair<String, ULong>>()
    val alice = backend.person("alice")
    val bob = Person(
        Client.open(backend.server, backend.appKey, tokenHandler = { callId, uid ->
            asked.add(callId to uid)
            backend.roomToken(callId, "bob", uid)
        }),
    )
    val carol = Person(
        Client.open(backend.server, backend.appKey, tokenHandler = { _, _ -> throw IOException("the backend is down") }),
    )
    for ((accid, person) in mapOf("bob" to bob, "carol" to carol)) {
        assert(person.client.login(accid, backend.loginToken(accid)).secure)
    }
    val callId = connect(alice, bob)
    val call = checkNotNull(bob.client.status().call)
    assert(call.secure)
    val uid = call.participants.first { it.accid == "bob" }.uid
    assert(asked == listOf(callId to uid)) { asked }
    val error = refused(ErrorKind.TOKEN_UNAVAILABLE) { carol.calls("alice") }
    assert("the backend is down" in error.message) { error }
}

private suspend fun secondDevice(backend: Backend) {
    val alice = backend.person("alice")
    val phone = backend.person("bob")
    val desk = backend.person("bob")
    val callId = alice.calls("bob")
    desk.rings()
    phone.answers()
    desk.sees(Event.OtherClientAccept::class) { it.callId == callId }
    alice.seesEnter("bob")
    assert(desk.client.status().elsewhere.map { it.callId } == listOf(callId))
    assert(desk.client.continueHere(callId).size == 2)
    phone.sees(Event.OtherClientContinue::class) { it.callId == callId }
    desk.sees(Event.JoinChannel::class) { it.callId == callId }
    assert(phone.state == State.IDLE && desk.state == State.IN_CALL)
    assert(phone.ends() == 0)
}

private suspend fun switch(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    connect(alice, bob)
    for (agrees in listOf(false, true)) {
        coroutineScope {
            val asking = async { alice.client.switchCallType(Media.VIDEO) }
            val asked = bob.sees(Event.SwitchAsked::class)
            assert(asked.accid == "alice" && asked.media == Media.VIDEO) { asked }
            bob.client.answerSwitch(agrees)
            assert(asking.await() == agrees)
        }
    }
    for (person in listOf(alice, bob)) {
        person.sees(Event.CallTypeChange::class) { it.media == Media.VIDEO }
    }
    assert(bob.client.switchCallType(Media.AUDIO))
    for (person in listOf(alice, bob)) {
        person.sees(Event.CallTypeChange::class) { it.media == Media.AUDIO }
    }
}

private suspend fun recordAndMessage(backend: Backend) {
    val alice = backend.person("alice")
    val bob = backend.person("bob")
    val callId = connect(alice, bob)
    alice.client.hangup()
    for ((person, other) in listOf(alice to "bob", bob to "alice")) {
        val message = person.sees(Event.MessageAdded::class).message
        assert(message.from == "alice" && message.to == "bob") { message }
        val summary = (message.body as MessageBody.Call).v1
        assert(summary.callId == callId && summary.status == RecordStatus.COMPLETE) { summary }
        val line = recordLine(summary, if (person === alice) "alice" else "bob", "zh")
        assert(line.title == "语音通话" && line.outgoing == (person === alice)) { line }
        assert(person.client.messages(other).messages.map { it.id } == listOf(message.id))
        val record = person.client.record(callId)
        assert(record.caller == "alice" && record.callees == listOf("bob") && record.endedBy == "alice") { record }
        assert(record.outcomes.map { it.state } == listOf(ParticipantState.LEFT)) { record }
        assert(person.client.recents().calls.map { it.summary.callId } == listOf(callId))
    }
    refused(ErrorKind.BAD_REQUEST) { alice.client.record("no id") }
}

private suspend fun soundAndPictures(backend: Backend) {
    val (ear, eye) = Ear() to Eye()
    val speaks = Devices(microphone = Microphone.App(Whistle(1_000)), camera = Camera.App(Wall(luma = 180, chroma = 90)))
    val listens = Devices(loudspeaker = Loudspeaker.App(ear), screen = eye)
    val alice = backend.person("alice", speaks)
    val bob = backend.person("bob", listens)
    alice.client.call("bob")
    bob.answers()
    val first = bob.sees(Event.FirstVideoFrame::class) { it.accid == "alice" }
    assert(first.width == 320u && first.height == 240u) { first }
    eventually { ear.shareOf(1_000) > 0.9 }
    eventually { eye.sees("alice", 180, 90) }
    alice.client.shutDown()
    bob.client.shutDown()
    // A client that is closed has closed its devices.
    assert(ear.isStopped)
}

private suspend fun refused(kind: ErrorKind, operation: suspend () -> Unit): ErrorBody {
    try {
        operation()
    } catch (refusal: HulloException.Refused) {
        assert(refusal.error.kind == kind) { refusal }
        return refusal.error
    }
    throw AssertionError("not refused as $kind")
}
