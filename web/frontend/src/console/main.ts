// The console's scripts: htmx swaps fragments, the stream says when, the rest is keys, drafts and clocks.
import "htmx.org";
import { startLive } from "../shared/live";
import { watchAlerts } from "./alerts";
import { defineReplyBox } from "./composer";
import { listenToKeys } from "./keys";
import { keepLog } from "./log";
import { watchSession } from "./session";
import { tellPresence } from "./presence";
import { markOpenRow, moveFocusAfterOpening } from "./places";
import { offerReplies } from "./canned";
import { watchOffers } from "./offers";
import { openPalette } from "./palette";
import { defineClocks } from "./waited";

defineClocks();
defineReplyBox();
keepLog();
listenToKeys();
watchAlerts();
watchOffers();
offerReplies();
openPalette();
watchSession();
markOpenRow();
moveFocusAfterOpening();
tellPresence();
startLive(document.body.dataset["stream"] ?? "");
