package io.github.hullo.test

import io.github.hullo.*
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.util.Base64
import kotlin.reflect.KClass
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.future.await
import kotlinx.coroutines.withTimeoutOrNull

/** Longer than anything takes that is not broken. */
val PATIENCE = 20.seconds

/** The app's backend: it signs tokens. */
class Backend(val server: String, val appKey: String, private val appSecret: String) {
    private val http = HttpClient.newHttpClient()

    suspend fun loginToken(accid: String) = ask("/v1/accounts/$accid/tokens", "{}")

    suspend fun roomToken(callId: String, accid: String, uid: ULong) =
        ask("/v1/room-tokens", """{"call_id": "$callId", "accid": "$accid", "uid": $uid}""")

    private suspend fun ask(path: String, body: String): String {
        val credentials = Base64.getEncoder().encodeToString("$appKey:$appSecret".toByteArray())
        val request = HttpRequest.newBuilder(URI(server + path))
            .header("authorization", "Basic $credentials")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build()
        val answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).await()
        val token = Regex(""""token":\s*"([^"]+)"""").find(answer.body())
        return checkNotNull(token) { answer.body() }.groupValues[1]
    }

    /** One who is signed in, on a device of its own, and asks here for its tokens. */
    suspend fun person(accid: String, devices: Devices = Devices()): Person {
        val client = Client.open(
            server,
            appKey,
            devices,
            tokenProvider = { loginToken(accid) },
            tokenHandler = { callId, uid -> roomToken(callId, accid, uid) },
        )
        client.loginWithProvider(accid)
        return Person(client)
    }
}

/** Somebody with the Kotlin client. */
class Person(val client: Client) {
    val told = mutableListOf<Event>()
    private val unseen = mutableListOf<Event>()

    val state get() = client.status().state

    /** Waits for an event of this kind, which fits, that nothing has waited for yet. */
    suspend fun <T : Event> sees(kind: KClass<T>, fits: (T) -> Boolean = { true }): T {
        @Suppress("UNCHECKED_CAST")
        fun isIt(event: Event) = kind.isInstance(event) && fits(event as T)
        unseen.firstOrNull(::isIt)?.let {
            unseen.remove(it)
            @Suppress("UNCHECKED_CAST")
            return it as T
        }
        val seen = withTimeoutOrNull(PATIENCE) {
            client.events.first { event ->
                told.add(event)
                isIt(event).also { if (!it) unseen.add(event) }
            }
        }
        @Suppress("UNCHECKED_CAST")
        return checkNotNull(seen) { "not told of ${kind.simpleName}; told: $told" } as T
    }

    suspend fun seesEnter(accid: String) = sees(Event.UserEnter::class) { it.accid == accid }

    /** Waits for the end of a call. */
    suspend fun seesEnd(callId: String) = sees(Event.CallEnd::class) { it.callId == callId }

    /** Waits for the phone to ring; which call it is. */
    suspend fun rings(): String = sees(Event.Invited::class).callId

    suspend fun answers() {
        rings()
        client.accept()
    }

    /** Calls by voice; which call it is. */
    suspend fun calls(accid: String): String = client.call(accid, Media.AUDIO).callId

    fun ends() = told.count { it is Event.CallEnd }
}

/** Asks again and again until it is so. */
suspend fun eventually(condition: () -> Boolean) {
    val isSo = withTimeoutOrNull(PATIENCE) {
        while (!condition()) delay(50)
    }
    checkNotNull(isSo) { "not in time" }
}

/** A call of the two whose media is connected. */
suspend fun connect(alice: Person, bob: Person): String {
    val callId = alice.calls("bob")
    bob.answers()
    alice.seesEnter("bob")
    bob.seesEnter("alice")
    return callId
}
