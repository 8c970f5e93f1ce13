// SPDX-License-Identifier: Apache-2.0
// Starts the page: one stream of events feeds every part; when it falls silent a banner
// says since when, what is on the page grows pale, and it is tried again.
import { ask, classed, find, put, setUpSheet } from "./dom.js";
import { age, second, useZone, zoneName } from "./format.js";
import { showAlarms } from "./alarms.js";
import { setUpFindings } from "./findings.js";
import { showFlow } from "./flow.js";
import { loadLetters } from "./letters.js";
import { loadWords, setUpOperator, usePoints } from "./operator.js";
import { loadPoints, showPoints } from "./points.js";
import { loadProcesses, setUpProcesses, showProcesses } from "./processes.js";

const SILENT_MS = 6000;
const AGAIN_MS = 3000;

let stream = null;
let lastEvent = 0;
let seen = {}; // counts that tell when a list must be asked for again

function showHead(status) {
  useZone(status.time_zone || "UTC");
  put(find("#installation"), status.installation_name || status.installation || status.gateway);
  put(find("#whose"), [status.installation, "gateway " + status.gateway].join(" · "));
  put(find("#software"), status.software);
  put(find("#config-hash"), (status.config_hash || "").slice(0, 12));
  document.title = (status.installation_name || status.gateway) + " · emgate";
}

function showClock(now) {
  put(find("#clock"), second(now) + " " + zoneName());
}

async function refresh(status) {
  const summaries = status.outbox.summaries;
  const letters = status.outbox.dead_letters;
  const words = status.outbox.newest_words;
  if (words !== seen.words) {
    seen.words = words;
    await loadWords();
  }
  if (summaries !== seen.summaries) {
    seen.summaries = summaries;
    await loadProcesses(status);
  }
  if (letters !== seen.letters) {
    seen.letters = letters;
    await loadLetters(letters);
  }
}

function complain(error) {
  // The banner tells of a daemon that does not answer; anything else belongs here.
  if (!document.body.classList.contains("stale")) {
    const banner = find("#banner");
    put(banner, "Something could not be shown: " + error.message);
    banner.hidden = false;
  }
}

function take(live) {
  const first = lastEvent === 0;
  lastEvent = Date.now();
  showHead(live.status);
  const now = Date.parse(live.status.now);
  showClock(now);
  classed(find("#live"), "dot ok");
  if (document.body.classList.contains("stale") || first) {
    document.body.classList.remove("stale");
    find("#banner").hidden = true;
  }
  showFlow(live, now);
  showAlarms(live, now);
  showProcesses(live, now);
  if (live.points) {
    usePoints(live.points);
    showPoints(live.points, now);
  }
  refresh(live.status).catch(complain);
}

function follow() {
  stream?.close();
  stream = new EventSource("v1/events");
  stream.addEventListener("message", (event) => {
    if (!document.hidden) {
      take(JSON.parse(event.data));
    } else {
      lastEvent = Date.now();
    }
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(follow, AGAIN_MS);
    }
  });
}

// Says since when nothing has come; a stream that hangs is opened again.
function watch() {
  const silent = Date.now() - lastEvent;
  if (lastEvent === 0 || silent < SILENT_MS) {
    return;
  }
  const banner = find("#banner");
  document.body.classList.add("stale");
  classed(find("#live"), "dot bad");
  put(banner, "The gateway has not answered since " + second(lastEvent) + " " + zoneName() +
    " (" + age(silent) + "). What is shown below is as of then; trying again.");
  banner.hidden = false;
  if (silent % 30000 < 1000) {
    follow();
  }
}

async function begin() {
  try {
    const live = await ask("v1/live");
    setUpProcesses(live);
    take(live);
    if (!live.points) {
      await loadPoints();
      setInterval(() => loadPoints().catch(complain), 10000);
    }
    follow();
  } catch (error) {
    const banner = find("#banner");
    put(banner, "The gateway does not answer: " + error.message + ". Trying again.");
    banner.hidden = false;
    setTimeout(begin, AGAIN_MS);
  }
}

setUpSheet();
setUpOperator().catch(() => {}); // the banner tells when nobody answers
find("#print").addEventListener("click", () => window.print());
setInterval(watch, 1000);
setUpFindings(complain);
begin();
