// SPDX-License-Identifier: Apache-2.0
// An operator signs in with a token and enters what no sensor says: deliveries, stocks,
// laboratory results; or acknowledges an alarm. Each becomes a journal record with the name.
import { ask, el, find, name, openSheet, put, send } from "./dom.js";
import { dayTime, localInput, number, unit, utcOf, zoneName } from "./format.js";

let operator = "";
let points = [];
export const acknowledged = new Set(); // texts of alarms

export const isOperator = () => operator !== "";

export const usePoints = (all) => {
  points = all.filter((point) => point.device === "operator");
};

export async function acknowledge(text) {
  await send("v1/entries", { words: "acknowledged: " + text });
  acknowledged.add(text);
}

function field(label, input, hint) {
  return el("p", { class: "field" }, el("label", { for: input.id }, label), input,
    hint ? el("span", { class: "soft" }, hint) : null);
}

// A form that tells what is wrong beside its fields and keeps what was typed.
function form(fields, words, submit) {
  const problem = el("pre", { class: "problems", role: "alert" });
  return el("form", { class: "entry", onsubmit: async (event) => {
    event.preventDefault();
    put(problem, "");
    fields.forEach((one) => one.querySelector("input, select").removeAttribute("aria-invalid"));
    try {
      await submit();
    } catch (error) {
      put(problem, error.message);
      const at = fields.find((one) => error.message.startsWith(one.querySelector("input, select").id.slice(6) + ":"));
      at?.querySelector("input, select").setAttribute("aria-invalid", "true");
    }
  } }, fields, problem, el("p", {}, el("button", {}, words)));
}

function signIn() {
  const token = el("input", { id: "enter-token", type: "password", autocomplete: "off", required: true });
  openSheet("Sign in", el("p", { class: "soft" },
    "emgate operator NAME makes a token. The page is for reading without one."),
  form([field("Token", token)], "Sign in", async () => {
    operator = (await send("v1/session", { token: token.value.trim() })).operator;
    show();
    enter();
  }));
}

function enter() {
  if (!points.length) {
    openSheet("Enter by hand", el("p", {}, "Signed in as ", name(operator), "."), el("p", { class: "soft" },
      "No point is entered by hand here: give one the device 'operator' (kinds amount, level, gauge)."));
    return;
  }
  const point = el("select", { id: "enter-point" }, points.map((one) => el("option", { value: one.id },
    (one.name || one.id) + ", " + unit(one.unit))));
  const value = el("input", { id: "enter-value", inputmode: "decimal", required: true, autocomplete: "off" });
  const at = el("input", { id: "enter-at", type: "datetime-local", value: localInput(Date.now()), required: true });
  const done = el("p", { "aria-live": "polite", id: "entered" });
  openSheet("Enter by hand", el("p", {}, "Signed in as ", name(operator), "."),
    form([field("Point", point), field("Value", value, "a delivery's amount, the stock, or a laboratory's result"),
      field("Time", at, zoneName())], "Enter", async () => {
      const when = utcOf(at.value);
      const number_ = Number(value.value.trim().replace(",", "."));
      if (value.value.trim() === "" || !Number.isFinite(number_)) {
        throw new Error("value: want a number");
      }
      const answer = await send("v1/entries", { point: point.value, value: number_,
        at: new Date(when).toISOString() });
      put(done, "Entered: " + point.value + " " + value.value + " at " + dayTime(when) + ", record " +
        number(answer.record, 0));
      value.value = "";
    }), done);
}

function show() {
  put(find("#operator"), operator ? "Enter as " + operator : "Sign in");
}

export async function setUpOperator() {
  find("#operator").addEventListener("click", () => (operator ? enter() : signIn()));
  operator = (await ask("v1/session")).operator || "";
  show();
}
