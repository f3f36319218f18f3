/* SPDX-License-Identifier: Apache-2.0 */
/* Events: stable names and journal MESSAGE_IDs. An id is never changed nor used again: people match on it. */
#include "report/view.h"

struct event_text {
        const char *name;
        const char *message_id;
};

static const struct event_text texts[_EVENT_KIND_COUNT] = {
        [EVENT_DAEMON_STARTED] = {"daemon-started", "b5ce3e3e52f84a148e5c4269549b07d7"},
        [EVENT_DAEMON_STOPPING] = {"daemon-stopping", "123a30d053554fed9f54eaa5f2ceac09"},
        [EVENT_CONFIG_LOADED] = {"config-loaded", "b29f7e785c4543559d8d6470ebf08b2e"},
        [EVENT_CONFIG_REFUSED] = {"config-refused", "cd9760667cc04f9cb7eff61afa36e146"},
        [EVENT_VERDICT_CHANGED] = {"verdict-changed", "a7700cbf0c2e44a0b02025e31b771b2b"},
        [EVENT_FINDING_OPENED] = {"finding-opened", "84cbacfdd39e49be88a4ef313820f1ba"},
        [EVENT_FINDING_CLOSED] = {"finding-closed", "761ee34728a74602ad44a8d82b490e9b"},
        [EVENT_STEP_SENT] = {"step-sent", "a79d51dbe189451cb5d4008ea0dac056"},
        [EVENT_STEP_DONE] = {"step-done", "67a8b663d50c40419d37bba175e9d7a9"},
        [EVENT_STEP_FAILED] = {"step-failed", "6beaac84be34413590a86a25ff90e3b0"},
        [EVENT_STEP_HELD] = {"step-held", "4c22664389f64bbf8ac313992e89790d"},
        [EVENT_PAUSED] = {"paused", "12a5b05778864b12a023a7912acc9d71"},
        [EVENT_RESUMED] = {"resumed", "23353a65be394d7ab5e4e7ad7534aa0f"},
        [EVENT_APPROVED] = {"approved", "ea1a30d0cf37466b84c4bd4961e68818"},
        [EVENT_CLOUD_UNREADABLE] = {"cloud-unreadable", "b3668ae7ffe2455991df48f5c16d522f"},
        [EVENT_CLOUD_READABLE] = {"cloud-readable", "ff6a3146ae9c4195a24e93eb8ff847ea"},
        [EVENT_STATE_DAMAGED] = {"state-damaged", "261cae44953749a688f4d8376a38cab9"},
        [EVENT_STATE_UNSAVABLE] = {"state-unsavable", "8607427b9b204a08ae1d6d77c0d6ad57"},
        [EVENT_ALERT] = {"alert", "28d576c1a3524ab18fe1de80a0803c2a"},
};

const char *event_kind_to_string(enum event_kind k) {
        return (unsigned)k < _EVENT_KIND_COUNT ? texts[k].name : NULL;
}

const char *event_kind_message_id(enum event_kind k) {
        return (unsigned)k < _EVENT_KIND_COUNT ? texts[k].message_id : NULL;
}
