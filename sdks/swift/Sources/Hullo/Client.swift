import Foundation

/// One device of one account at a time: it signs in, calls, rings and answers, and reconnects by itself. Its operations are the async
/// functions of `native`; what goes wrong is a `HulloError.Refused`, whose `error` has a `kind` to branch on.
///
/// Letting go of it gives back the connection and the devices, and hangs up nothing: a call goes on with the next client of this device
/// (one with the same store), or is over when none comes within the grace time. `native.logout()` before that ends the call, and
/// `native.close()` waits until everything is given back.
public final class Client: Sendable {
    /// Has all operations.
    public let native: NativeClient

    /// What happens, in order, until the client is closed; kept until somebody iterates, for one who does.
    public let events: AsyncStream<Event>

    /// A client of the app at a server, `https://calls.example.com`, that is signed out. Without `devices` it says nothing, plays to
    /// nobody and has no camera.
    ///
    /// The provider is asked for login tokens, the handler for room tokens (secure mode), signed for a call and a number of this account
    /// in it. `store` is a file of this client's own, where it keeps who it is; without, each start is a new device. `localAddress` is the
    /// address of this machine that leads to the server's media, where it does not find that by itself.
    public init(
        server: String,
        appKey: String,
        devices: Devices = Devices(),
        tokenProvider: (@Sendable () async throws -> String)? = nil,
        tokenHandler: (@Sendable (_ callId: String, _ uid: UInt64) async throws -> String)? = nil,
        store: String? = nil,
        platform: Platform = .ios,
        localAddress: String? = nil
    ) async throws {
        let (events, told) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .unbounded)
        self.events = events
        let options = ClientOptions(
            server: server, appKey: appKey, platform: platform, store: store, localAddress: localAddress)
        native = try await NativeClient.open(
            options: options,
            listener: Told(told),
            devices: devices,
            tokenProvider: tokenProvider.map(Provider.init),
            tokenHandler: tokenHandler.map(Handler.init))
    }

    /// Dials. Done when the server has the call, which may already have ended (busy). `attachment` is the app's own text for the callee,
    /// `timeout` how many seconds it rings.
    @discardableResult
    public func call(
        _ accid: String,
        media: Media = .video,
        presets: DevicePresets = DevicePresets(),
        attachment: String? = nil,
        timeout: TimeInterval? = nil
    ) async throws -> CallView {
        let invite = InviteOptions(attachment: attachment, timeout: timeout)
        let options = CallOptions(media: media, presets: presets, invite: invite)
        return try await native.call(accid: accid, options: options)
    }
}

/// Hands over what happens. It must hold no client: the client holds it.
private final class Told: EventListener {
    private let events: AsyncStream<Event>.Continuation

    init(_ events: AsyncStream<Event>.Continuation) {
        self.events = events
    }

    func onEvent(event: Event) throws {
        events.yield(event)
    }

    func onClosed() throws {
        events.finish()
    }
}

private final class Provider: TokenProvider {
    private let ask: @Sendable () async throws -> String

    init(_ ask: @escaping @Sendable () async throws -> String) {
        self.ask = ask
    }

    func loginToken() async throws -> String {
        try await ask()
    }
}

private final class Handler: TokenHandler {
    private let ask: @Sendable (String, UInt64) async throws -> String

    init(_ ask: @escaping @Sendable (String, UInt64) async throws -> String) {
        self.ask = ask
    }

    func roomToken(callId: String, uid: UInt64) async throws -> String {
        try await ask(callId, uid)
    }
}
