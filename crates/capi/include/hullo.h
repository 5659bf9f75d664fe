// The C face of the Hullo client. Made by cbindgen out of crates/capi/src: do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// THREADS. Every function may be called from any thread at any time, from inside a callback too, and returns at once. Callbacks
// of one client (HulloCallbacks, HulloDone) come one at a time and in order, on a thread of that client's own, which an app may
// keep waiting for as long as it likes: calls and media go on meanwhile. Callbacks of two clients may come at the same time. Of
// what an operation has brought about, its own answer comes first. Devices (HulloDevices) have threads of their own.
//
// OWNERSHIP. What is handed in is copied before a function returns and stays the caller's. A text that is handed to a callback
// is gone when that returns: copy what you keep. A text that a function gives out is freed with hullo_free. Texts are UTF-8
// and end with a zero byte. A context is a pointer of the app's that comes back as it was; Hullo never looks at it.
//
// MISTAKES. Short of a pointer that leads nowhere no argument brings the program down: a function that cannot do what it is
// asked says why by its HulloCode, and hullo_last_error says it in words. After a code other than HULLO_CODE_OK nothing has happened, and no callback comes of it.
// A client that was destroyed is no client: its number is never given out again.
//
// JSON. Operations, answers, events and states are those of every Hullo client, as docs/reference.md lists them, in snake
// case: {"op":"call","accid":"bob","media":"audio"}, {"event":"user_enter","accid":"bob"}. Ignore members and events that
// you do not know.

#ifndef HULLO_H
#define HULLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What came of a call. hullo_last_error has it in words.
typedef enum {
  // It is done, or will be: what follows comes by callback.
  HULLO_CODE_OK = 0,
  // A pointer is null that must not be.
  HULLO_CODE_NULL = 1,
  // A text is not UTF-8.
  HULLO_CODE_NOT_UTF8 = 2,
  // A text is not the JSON that is asked for.
  HULLO_CODE_BAD_JSON = 3,
  // A value cannot be used: an address that is none, an app key that is none.
  HULLO_CODE_BAD_VALUE = 4,
  // There is no such client, or it was destroyed.
  HULLO_CODE_NO_CLIENT = 5,
  // Nobody asked that, or it was answered already.
  HULLO_CODE_NO_QUESTION = 6,
  // The machine gave no thread, no socket or no file.
  HULLO_CODE_NO_RESOURCE = 7,
  // The device is not open: what was pushed went nowhere, and what was pulled is silence.
  HULLO_CODE_NOT_OPEN = 9,
  // A defect of Hullo, please report it. The client may be of no more use.
  HULLO_CODE_DEFECT = 8,
} HulloCode;

// A device of the app's.
typedef enum {
  // It hears.
  HULLO_DEVICE_MICROPHONE = 0,
  // It plays.
  HULLO_DEVICE_LOUDSPEAKER = 1,
  // It sees.
  HULLO_DEVICE_CAMERA = 2,
} HulloDevice;

// What opening a device has come to.
typedef enum {
  // It is open.
  HULLO_OPENING_OPENED = 0,
  // The person or the system said no.
  HULLO_OPENING_DENIED = 1,
  // There is none.
  HULLO_OPENING_MISSING = 2,
  // Something else has it, or it is broken.
  HULLO_OPENING_BUSY = 3,
} HulloOpening;

// What a client calls. Every function may be null: what nobody wants is not said.
typedef struct {
  // Handed to each of them. It must stay good until `closed`.
  void *context;
  // Something has happened: {"event":"invited",...}.
  void (*event)(void *context, const char *event);
  // A room token is needed for this call and this number in it (secure mode): answer with hullo_answer, now or later, within
  // 10 seconds. Where this is null the app has no tokens, and calls that need one fail.
  void (*ask_room_token)(void *context, uint64_t question, const char *call_id, uint64_t uid);
  // A fresh login token is needed: answer with hullo_answer, now or later. Where this is null the app is told by the event
  // `token_expiring`.
  void (*ask_login_token)(void *context, uint64_t question);
  // The client is destroyed, all its operations are answered, and nothing is called any more: free the context here.
  void (*closed)(void *context);
} HulloCallbacks;

// A picture in I420: three planes of 8 bits, chroma at half of both sizes, rounded up; BT.601, limited range.
typedef struct {
  // In pixels, at most 8192.
  uint32_t width;
  // In pixels, at most 8192.
  uint32_t height;
  // Luma.
  const uint8_t *y;
  // The first of the chroma planes.
  const uint8_t *u;
  // The second of the chroma planes.
  const uint8_t *v;
  // Bytes from one row of luma to the next.
  size_t stride_y;
  // Bytes from one row of the first chroma plane to the next.
  size_t stride_u;
  // Bytes from one row of the second chroma plane to the next.
  size_t stride_v;
  // How many microseconds ago it was taken; 0 of one that is to be shown.
  uint64_t age_us;
} HulloI420;

// The app's devices. Any function may be null: then there is no such device. All sound is 48,000 samples a second, one channel, 16
// bits. Each device is opened and closed on a thread of its own, one after the other, and may keep that waiting; `picture` comes on a
// thread of its own. None is called after `closed` of HulloCallbacks.
typedef struct {
  // Handed to each of them. It must stay good until `closed` of HulloCallbacks.
  void *context;
  // A call wants the device: open it, and return what came of it, a HulloOpening. From then on, and from inside this function
  // already, push what a microphone hears (hullo_push_audio) and a camera sees (hullo_push_i420, hullo_push_nv12), and pull what
  // a loudspeaker plays (hullo_pull_audio), as fast as it plays it.
  int32_t (*open)(void *context, HulloDevice device);
  // The call wants it no more: close it. When this returns nothing more may be pushed or pulled.
  void (*close)(void *context, HulloDevice device);
  // A picture of a participant's camera, or of its screen, to be shown at once. It is gone when this returns.
  void (*picture)(void *context, const char *accid, bool is_screen, const HulloI420 *picture);
  // Whether there is a microphone.
  bool has_microphone;
  // Whether there is a loudspeaker.
  bool has_loudspeaker;
  // Whether there is a camera.
  bool has_camera;
  // Whether echo, noise and loudness are to be treated; false where the platform does that itself.
  bool process_voice;
} HulloDevices;

// A client's number. 0 is none.
typedef uint64_t HulloClient;

// Called once with what came of an operation: {"value":{"is":"done"}} or {"error":{"code":404,"kind":"account_not_found",
// "message":"..."}}.
typedef void (*HulloDone)(void *context, const char *answer);

// A picture in NV12, as cameras and phones give it: luma, and a plane of both colours in turn.
typedef struct {
  // In pixels, at most 8192.
  uint32_t width;
  // In pixels, at most 8192.
  uint32_t height;
  // Luma.
  const uint8_t *y;
  // Both chroma planes in turn.
  const uint8_t *uv;
  // Bytes from one row of luma to the next.
  size_t stride_y;
  // Bytes from one row of colours to the next.
  size_t stride_uv;
  // How many microseconds ago it was taken.
  uint64_t age_us;
} HulloNv12;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a client, which is signed out, and writes its number to `client`. `config` is JSON:
// {"server":"https://calls.example.com","app_key":"..."}, and where wanted "platform" ("ios", "android", "desktop", "server"),
// "store" (the path of a file of this client's own, in which the device keeps who it is; its folder must be there) and
// "media_address" (the address of this machine that leads to the server's media; found out when absent). `devices` may be null: then
// microphone and camera are there, silent and dark, and nothing is played or shown.
//
// # Safety
// `config` is null or a text, `callbacks` and `devices` are null or point to one, `client` is null or may be written. What they
// name may be called from other threads, with its context, until `closed` was called.
HulloCode hullo_create(const char *config,
                       const HulloCallbacks *callbacks,
                       const HulloDevices *devices,
                       HulloClient *client);

// Gives a client up: connections and devices are given back, what is under way is answered with the error `closed`, and at the
// end `closed` is called. A running call is not hung up by it: it goes on with the next client of this device's store, or is over
// when none comes within the grace time. {"op":"logout"} before it ends the call and the session.
HulloCode hullo_destroy(HulloClient client);

// Signs in as an account with a token of the app's backend, or, where `token` is null, with one that `ask_login_token` gives. The
// answer is {"value":{"is":"logged_in","accid":"alice","name":null,"avatar":null,"secure":false}}.
//
// # Safety
// `accid` and `token` are null or texts. `done` may be called once from another thread, with `context`.
HulloCode hullo_login(HulloClient client,
                      const char *accid,
                      const char *token,
                      HulloDone done,
                      void *context);

// Asks for anything else: `operation` is JSON, {"op":"call","accid":"bob","media":"video"}. `done`, which may be null, is called
// once with the answer.
//
// # Safety
// `operation` is null or a text. `done` may be called once from another thread, with `context`.
HulloCode hullo_operate(HulloClient client,
                        const char *operation,
                        HulloDone done,
                        void *context);

// Answers `ask_room_token` or `ask_login_token` with a token, or, where `token` is null, with why there is none, for the eyes of
// those who look for the reason.
//
// # Safety
// `token` and `why` are null or texts.
HulloCode hullo_answer(HulloClient client,
                       uint64_t question,
                       const char *token,
                       const char *why);

// The platform says that the network has come back or is another one: connections are restored at once.
HulloCode hullo_network_changed(HulloClient client);

// Sends what the microphone has heard since the last time, of any length: in order, from one thread at a time.
//
// # Safety
// `samples` is null, or `count` samples may be read from it.
HulloCode hullo_push_audio(HulloClient client,
                           const int16_t *samples,
                           size_t count);

// Fills `samples` with what the loudspeaker is to play next, all participants mixed; with silence where there is nothing, also where
// the code is not HULLO_CODE_OK. Call it as fast as samples are played.
//
// # Safety
// `samples` is null, or `count` samples may be written to it.
HulloCode hullo_pull_audio(HulloClient client,
                           int16_t *samples,
                           size_t count);

// Sends a picture of the camera. It is copied, and encoded on another thread; one that comes too early takes the place of the one
// before.
//
// # Safety
// `picture` is null or points to one, whose planes are null or have as many bytes as it says.
HulloCode hullo_push_i420(HulloClient client,
                          const HulloI420 *picture);

// The same for a picture in NV12.
//
// # Safety
// As for hullo_push_i420.
HulloCode hullo_push_nv12(HulloClient client, const HulloNv12 *picture);

// A device (a HulloDevice) has stopped by itself, `why` for the eyes of those who look for the reason. It is closed by it; the call
// shows that, and {"op":"retry_device"} opens it again.
//
// # Safety
// `why` is null or a text.
HulloCode hullo_device_stopped(HulloClient client,
                               int32_t device,
                               const char *why);

// Where the client is now, as JSON: what its last event {"event":"changed"} said, and "account". Free it with hullo_free.
//
// # Safety
// `status` is null or may be written.
HulloCode hullo_status(HulloClient client,
                       char **status);

// What to tell a person of an error of this kind ("account_not_found"): Chinese for a language that begins with "zh", and
// otherwise English. Free it with hullo_free.
//
// # Safety
// `kind` and `language` are null or texts, `text` is null or may be written.
HulloCode hullo_error_text(const char *kind,
                           const char *language,
                           char **text);

// The number that belongs to an error of this kind; 0 to a kind that this version does not know.
//
// # Safety
// `kind` is null or a text, `code` is null or may be written.
HulloCode hullo_error_code(const char *kind, uint32_t *code);

// A text of call screens by its name ("incoming.video", "end.noAnswer"), the same as in `@hullo/ui`; {name} and the like are
// filled by the app. HULLO_CODE_BAD_VALUE for a name that is none. Free it with hullo_free.
//
// # Safety
// `name` and `language` are null or texts, `text` is null or may be written.
HulloCode hullo_screen_text(const char *name,
                            const char *language,
                            char **text);

// How a call that is over reads in a conversation, as JSON: {"direction":"outgoing","missed":false,"title":"Video call",
// "text":"02:13"}. `summary` is the body of a message or of a recent call as JSON, `reader` the accid of who reads it. Free it
// with hullo_free.
//
// # Safety
// `summary`, `reader` and `language` are null or texts, `line` is null or may be written.
HulloCode hullo_record_line(const char *summary,
                            const char *reader,
                            const char *language,
                            char **line);

// What the last code other than HULLO_CODE_OK on this thread meant, in English for the developer. Free it with hullo_free.
//
// # Safety
// `text` is null or may be written.
HulloCode hullo_last_error(char **text);

// Frees a text that a function gave out; null is nothing. A text is freed once.
//
// # Safety
// `text` is null, or came from a function of this header and was not freed before.
void hullo_free(char *text);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HULLO_H */
