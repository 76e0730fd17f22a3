// Keeps the part #live of a page as new as the server's. Everything else on a page works without this file.
"use strict";

const live = () => document.getElementById("live");

// Times are in UTC until a browser has made them its reader's.
function localise(root) {
    for (const time of root.querySelectorAll("time")) {
        const moment = new Date(time.dateTime);
        time.title = time.textContent;
        time.textContent = moment.toLocaleString(document.documentElement.lang);
    }
}

// The address of an element, by which its successor is found: ids and links are the same in both.
function address(element) {
    if (element.id !== "") return `#${CSS.escape(element.id)}`;
    const link = element.getAttribute("href");
    return link === null ? null : `[href=${JSON.stringify(link)}]`;
}

function replace(fresh) {
    const old = live();
    const opened = Array.from(old.querySelectorAll("details[id]"), (details) => [details.id, details.open]);
    const focused = old.contains(document.activeElement) ? address(document.activeElement) : null;
    localise(fresh);
    old.replaceWith(document.adoptNode(fresh));
    for (const [id, open] of opened) {
        const details = document.getElementById(id);
        if (details !== null) details.open = open;
    }
    if (focused !== null) fresh.querySelector(focused)?.focus({ preventScroll: true });
    if (fresh.dataset.summary !== old.dataset.summary) {
        document.getElementById("news").textContent = fresh.dataset.summary;
    }
}

// What a reader has marked, to copy it, stays until it is no longer marked.
function isMarked() {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && live().contains(selection.anchorNode);
}

// As the server sent it last: the time zone of the reader is not a change.
let sent = null;

let isLoading = false;
let isStale = false;

async function refresh() {
    isStale = true;
    if (isLoading || document.hidden) return;
    isLoading = true;
    try {
        while (isStale && !isMarked()) {
            isStale = false;
            const response = await fetch(location.href);
            show(response.status < 500);
            const page = new DOMParser().parseFromString(await response.text(), "text/html");
            const fresh = page.getElementById("live");
            if (fresh === null || fresh.outerHTML === sent) continue;
            if (isMarked()) {
                isStale = true;
            } else {
                sent = fresh.outerHTML;
                replace(fresh);
            }
        }
    } catch {
        isStale = true; // The connection is gone; the next event comes with a new one.
    } finally {
        isLoading = false;
    }
}

document.addEventListener("selectionchange", () => {
    if (isStale && !isMarked()) refresh();
});

document.addEventListener("visibilitychange", () => {
    if (isStale) refresh();
});

localise(document);
const connection = document.getElementById("connection");
const events = new EventSource(document.body.dataset.live);
function show(isOn) {
    connection.hidden = false;
    connection.textContent = isOn ? connection.dataset.on : connection.dataset.off;
    connection.classList.toggle("on", isOn);
}
events.addEventListener("open", () => show(true));
events.addEventListener("error", () => show(false));
events.addEventListener("change", refresh);
