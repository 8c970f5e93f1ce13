// SPDX-License-Identifier: Apache-2.0
// A registry with readers wants a bearer token: asked for once, kept for this tab only, and
// forgotten when it is refused. Bytes are fetched with it, since a link would go without.
import { el, find, headers } from "./dom.js";

const KEPT = "emgate-token";

export function useKeptToken() {
  const token = sessionStorage.getItem(KEPT);
  if (token) {
    headers.Authorization = "Bearer " + token;
  }
}

// A form in the place of the banner; `again` when a token was given.
export function askForToken(refused, again) {
  if (find("#token")) {
    return;
  }
  sessionStorage.removeItem(KEPT);
  delete headers.Authorization;
  const field = el("input", { id: "token", type: "password", autocomplete: "off", required: true,
    "aria-describedby": "token-hint" });
  const form = el("form", { class: "choices" }, el("label", { for: "token" }, "Token"), field,
    el("button", {}, "Read"), el("span", { id: "token-hint" }, refused
      ? "This token is not known here; it may have been withdrawn."
      : "This registry answers its readers only; emgate-registry token makes one."));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEPT, field.value.trim());
    useKeptToken();
    find("#banner").replaceChildren();
    again();
  });
  find("#banner").replaceChildren(form);
  find("#banner").hidden = false;
  field.focus();
}

// Says beside the button why there is nothing to save.
async function tell(button, answer) {
  const problem = await answer.json().catch(() => ({}));
  const words = answer.status === 403 ? "Your role does not reach to signed bytes."
    : "Not had: " + (problem.detail || problem.title || answer.status);
  button.after(el("span", { class: "note", role: "alert" }, words));
}

// A button that saves what a path answers; a function gives the path of the moment.
export function download(words, path, fileName) {
  const fixed = typeof path === "string" ? path : null;
  const button = el("button", { type: "button", class: "plain download", "data-path": fixed, onclick: async () => {
    if (button.nextSibling?.className === "note") {
      button.nextSibling.remove();
    }
    const answer = await fetch(fixed || path(), { headers });
    if (!answer.ok) {
      await tell(button, answer);
      return;
    }
    const url = URL.createObjectURL(await answer.blob());
    el("a", { href: url, download: fileName }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  } }, words);
  return button;
}
