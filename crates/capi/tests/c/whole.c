// A C program from the first call to the last one, and every mistake that C lets one make. It says what is wrong and fails.
#include "hullo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what)                                                        \
  do {                                                                     \
    if (!(what)) {                                                         \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);   \
      exit(1);                                                             \
    }                                                                      \
  } while (0)

// What the callbacks have brought, and who waits for it.
typedef struct {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  HulloClient client;
  char *answer;
  int answers;
  int questions;
  bool closed;
} App;

static void on_event(void *context, const char *event) {
  (void)context;
  CHECK(strstr(event, "\"event\"") != NULL);
}

static void on_login_token(void *context, uint64_t question) {
  App *app = context;
  // From inside a callback.
  CHECK(hullo_answer(app->client, question, NULL, "C has no token") == HULLO_CODE_OK);
  CHECK(hullo_answer(app->client, question, "twice", NULL) == HULLO_CODE_NO_QUESTION);
  pthread_mutex_lock(&app->mutex);
  app->questions += 1;
  pthread_cond_signal(&app->changed);
  pthread_mutex_unlock(&app->mutex);
}

static void on_answer(void *context, const char *answer) {
  App *app = context;
  pthread_mutex_lock(&app->mutex);
  free(app->answer);
  app->answer = strdup(answer);
  app->answers += 1;
  pthread_cond_signal(&app->changed);
  pthread_mutex_unlock(&app->mutex);
}

static void on_closed(void *context) {
  App *app = context;
  pthread_mutex_lock(&app->mutex);
  app->closed = true;
  pthread_cond_signal(&app->changed);
  pthread_mutex_unlock(&app->mutex);
}

static void wait_for_answers(App *app, int answers) {
  pthread_mutex_lock(&app->mutex);
  while (app->answers < answers) pthread_cond_wait(&app->changed, &app->mutex);
  pthread_mutex_unlock(&app->mutex);
}

static void free_text(char *text, const char *part) {
  CHECK(text != NULL);
  CHECK(strstr(text, part) != NULL);
  hullo_free(text);
}

static void operations(App *app) {
  CHECK(hullo_operate(app->client, "{\"op\":\"hangup\"}", on_answer, app) == HULLO_CODE_OK);
  wait_for_answers(app, 1);
  CHECK(strcmp(app->answer, "{\"value\":{\"is\":\"done\"}}") == 0);
  const char *call = "{\"op\":\"call\",\"accid\":\"bob\",\"media\":\"audio\"}";
  CHECK(hullo_operate(app->client, call, on_answer, app) == HULLO_CODE_OK);
  wait_for_answers(app, 2);
  CHECK(strstr(app->answer, "not_logged_in") != NULL);
  CHECK(hullo_login(app->client, "alice", NULL, on_answer, app) == HULLO_CODE_OK);
  wait_for_answers(app, 3);
  CHECK(strstr(app->answer, "token_unavailable") != NULL);
  CHECK(app->questions == 1);
  // Nobody waits for this one.
  CHECK(hullo_operate(app->client, "{\"op\":\"hangup\"}", NULL, NULL) == HULLO_CODE_OK);
  CHECK(hullo_network_changed(app->client) == HULLO_CODE_OK);
}

static void texts(App *app) {
  char *text = NULL;
  CHECK(hullo_status(app->client, &text) == HULLO_CODE_OK);
  free_text(text, "\"state\":\"idle\"");
  CHECK(hullo_error_text("account_not_found", "en", &text) == HULLO_CODE_OK);
  free_text(text, "no such account");
  CHECK(hullo_screen_text("control.accept", "zh-CN", &text) == HULLO_CODE_OK);
  free_text(text, "接听");
}

static void mistakes(App *app) {
  HulloClient client = app->client;
  char *text = NULL;
  CHECK(hullo_operate(client, NULL, on_answer, app) == HULLO_CODE_NULL);
  CHECK(hullo_operate(client, "\xff", on_answer, app) == HULLO_CODE_NOT_UTF8);
  CHECK(hullo_operate(client, "no JSON", on_answer, app) == HULLO_CODE_BAD_JSON);
  CHECK(hullo_last_error(&text) == HULLO_CODE_OK);
  free_text(text, "the operation");
  CHECK(hullo_login(client, "no such accid", "t", on_answer, app) == HULLO_CODE_BAD_VALUE);
  CHECK(hullo_operate(0, "{\"op\":\"hangup\"}", on_answer, app) == HULLO_CODE_NO_CLIENT);
  CHECK(hullo_status(client, NULL) == HULLO_CODE_NULL);
  CHECK(hullo_create(NULL, NULL, NULL, NULL) == HULLO_CODE_NULL);
  hullo_free(NULL);
}

// Devices that no call has open.
static void media(App *app) {
  int16_t samples[480] = {7};
  CHECK(hullo_push_audio(app->client, samples, 0) == HULLO_CODE_NOT_OPEN);
  CHECK(hullo_pull_audio(app->client, samples, 480) == HULLO_CODE_NOT_OPEN);
  CHECK(samples[0] == 0 && samples[479] == 0);
  uint8_t plane[16] = {0};
  HulloNv12 picture = {.width = 4, .height = 4, .y = plane, .uv = plane, .stride_y = 4, .stride_uv = 4};
  CHECK(hullo_push_nv12(app->client, &picture) == HULLO_CODE_NOT_OPEN);
  picture.stride_uv = 3;
  CHECK(hullo_push_nv12(app->client, &picture) == HULLO_CODE_BAD_VALUE);
  CHECK(hullo_push_i420(app->client, NULL) == HULLO_CODE_NULL);
  CHECK(hullo_device_stopped(app->client, HULLO_DEVICE_CAMERA, "unplugged") == HULLO_CODE_NOT_OPEN);
}

static int32_t on_open(void *context, HulloDevice device) {
  (void)context;
  (void)device;
  return HULLO_OPENING_MISSING;
}

int main(void) {
  App app = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  HulloCallbacks callbacks = {
      .context = &app,
      .event = on_event,
      .ask_login_token = on_login_token,
      .closed = on_closed,
  };
  HulloDevices devices = {.context = &app, .open = on_open, .has_microphone = true};
  const char *config = "{\"server\":\"http://127.0.0.1:1\",\"app_key\":\"0123456789abcdef0123456789abcdef\"}";
  CHECK(hullo_create(config, &callbacks, &devices, &app.client) == HULLO_CODE_OK);
  operations(&app);
  texts(&app);
  mistakes(&app);
  media(&app);
  CHECK(app.answers == 3);
  CHECK(hullo_destroy(app.client) == HULLO_CODE_OK);
  CHECK(hullo_destroy(app.client) == HULLO_CODE_NO_CLIENT);
  pthread_mutex_lock(&app.mutex);
  while (!app.closed) pthread_cond_wait(&app.changed, &app.mutex);
  pthread_mutex_unlock(&app.mutex);
  free(app.answer);
  puts("all is well");
  return 0;
}
