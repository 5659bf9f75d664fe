// The C face of the Hullo client. Made by cbindgen out of crates/capi/src: do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// THREADS. Every function may be called from any thread at any time, from inside a callback too, and returns at once. Callbacks
// of one client come one at a time and in order, on a thread of that client's own, which an app may keep waiting for as long as
// it likes: calls and media go on meanwhile. Callbacks of two clients may come at the same time. Of what an operation has
// brought about, its own answer comes first.
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
  // A defect of Hullo, please report it. The client may be of no more use.
  HULLO_CODE_DEFECT = 8,
} HulloCode;

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

// A client's number. 0 is none.
typedef uint64_t HulloClient;

// Called once with what came of an operation: {"value":{"is":"done"}} or {"error":{"code":404,"kind":"account_not_found",
// "message":"..."}}.
typedef void (*HulloDone)(void *context, const char *answer);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a client, which is signed out, and writes its number to `client`. `config` is JSON:
// {"server":"https://calls.example.com","app_key":"..."}, and where wanted "platform" ("ios", "android", "desktop", "server"),
// "store" (the path of a file of this client's own, in which the device keeps who it is; its folder must be there) and
// "media_address" (the address of this machine that leads to the server's media; found out when absent).
//
// # Safety
// `config` is null or a text, `callbacks` is null or points to one, `client` is null or may be written. What `callbacks` names
// may be called from another thread, with its context, until `closed` was called.
HulloCode hullo_create(const char *config,
                       const HulloCallbacks *callbacks,
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
