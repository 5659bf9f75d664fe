"""Answers a call with aiortc, whistles, and listens for a tone: `answer.py SERVER APP_KEY ACCID TOKEN HERTZ`.

The signalling is written from crates/protocol/schema alone, and each frame is compared with it.
"""

import asyncio, json, math, struct, sys, uuid
from fractions import Fraction
from pathlib import Path

import av, jsonschema, websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

RATE, FRAME, WHISTLE = 48_000, 960, 1_000
SCHEMA = Path(__file__).parents[2] / "crates/protocol/schema"


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMA / name).read_text()))


class Signalling:
    """Asks the server, and keeps what it tells."""

    sent, received = schema("request.json"), schema("server_frame.json")

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket, self.asked, self.events = socket, {}, asyncio.Queue()
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            self.received.validate(frame)
            if "re" in frame:
                self.asked.pop(frame["re"]).set_result(frame)
            else:
                self.events.put_nowait(frame)

    async def ask(self, op: str, **fields: object) -> dict:
        request = {"id": uuid.uuid4().int >> 80, "request_id": str(uuid.uuid4()), "op": op, **fields}
        self.sent.validate(request)
        answer = self.asked[request["id"]] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(request))
        frame = await answer
        assert "error" not in frame, frame
        return frame["ok"]

    async def hears_of(self, event: str) -> dict:
        while (frame := await self.events.get())["event"] != event:
            pass
        return frame


class Whistle(MediaStreamTrack):
    """A pure tone, in frames of 20 ms."""

    kind, at = "audio", 0

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self.began = loop.time() if self.at == 0 else self.began
        await asyncio.sleep(self.began + self.at / RATE - loop.time())
        turn = 2 * math.pi * WHISTLE / RATE
        samples = [int(10_000 * math.sin(turn * at)) for at in range(self.at, self.at + FRAME)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(struct.pack(f"<{FRAME}h", *samples))
        frame.pts, frame.sample_rate, frame.time_base = self.at, RATE, Fraction(1, RATE)
        self.at += FRAME
        return frame


async def listen(track: MediaStreamTrack, hertz: float) -> None:
    """Returns when half a second of it is this tone."""
    heard: list[int] = []
    turn = 2 * math.pi * hertz / RATE
    while True:
        frame = await track.recv()
        assert (frame.format.name, frame.sample_rate) == ("s16", RATE)
        channels = len(frame.layout.channels)
        samples = struct.unpack(f"<{frame.samples * channels}h", bytes(frame.planes[0])[: frame.samples * channels * 2])
        heard = (heard + list(samples[::channels]))[-RATE // 2 :]
        cosine = sum(sample * math.cos(turn * at) for at, sample in enumerate(heard))
        sine = sum(sample * math.sin(turn * at) for at, sample in enumerate(heard))
        power = sum(sample * sample for sample in heard)
        is_loud = len(heard) == RATE // 2 and power > 1_000_000 * len(heard)
        if is_loud and (cosine**2 + sine**2) * 2 > 0.9 * power * len(heard):
            return


async def main(server: str, app_key: str, accid: str, token: str, hertz: str) -> None:
    address = server.replace("http", "ws", 1) + "/v1/ws"
    async with websockets.connect(address, subprotocols=["hullo.v1"]) as socket:
        hullo = Signalling(socket)
        device = {"id": "aiortc", "platform": "server"}
        await hullo.ask("session.login", app_key=app_key, accid=accid, token=token, device=device)
        call_id = (await hullo.hears_of("call.invited"))["call"]["call_id"]
        await hullo.ask("call.ring", call_id=call_id)
        peer = RTCPeerConnection()
        tracks: asyncio.Queue[MediaStreamTrack] = asyncio.Queue()
        peer.on("track", tracks.put_nowait)
        peer.addTrack(Whistle())
        await peer.setLocalDescription(await peer.createOffer())
        answer = await hullo.ask("media.offer", call_id=call_id, sdp=peer.localDescription.sdp)
        await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        await hullo.ask("call.accept", call_id=call_id)
        await hullo.ask("media.set", call_id=call_id, audio="on", video="off")
        await asyncio.wait_for(listen(await tracks.get(), float(hertz)), 20)
        print(f"heard {hertz} Hz", flush=True)
        while (await hullo.hears_of("call.changed")).get("state") != "ended":
            pass
        await peer.close()
        hullo.reading.cancel()


asyncio.run(main(*sys.argv[1:]))
