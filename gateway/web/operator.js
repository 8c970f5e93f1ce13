// SPDX-License-Identifier: Apache-2.0
// An operator signs in with a token and enters what no sensor says: deliveries, stocks,
// laboratory results; or acknowledges an alarm. Each becomes a journal record with the name.
import { ask, el, find, name, openSheet, put, send } from "./dom.js";
import { dayTime, localInput, number, unit, utcOf, zoneName } from "./format.js";
import { laboratory } from "./laboratory.js";

let operator = "";
let points = [];
const acknowledged = new Map(); // text of an alarm -> {who, at}
const SAID = "acknowledged: ";

export const isOperator = () => operator !== "";

export const usePoints = (all) => {
  points = all.filter((point) => point.device === "operator");
};

export const acknowledgedBy = (text) => acknowledged.get(text);

export async function acknowledge(text) {
  await send("v1/entries", { words: SAID + text });
  acknowledged.set(text, { who: operator, at: Date.now() });
}

// What the journal has of it, newest first: it outlives the page and is everybody's.
export async function loadWords() {
  for (const { who, at, words } of (await ask("v1/words")).reverse()) {
    if (words.startsWith(SAID)) {
      acknowledged.set(words.slice(SAID.length), { who, at: Date.parse(at) });
    }
  }
}

export function field(label, input, hint) {
  return el("p", { class: "field" }, el("label", { for: input.id }, label), input,
    hint ? el("span", { class: "soft" }, hint) : null);
}

// A form that tells what is wrong beside its fields and keeps what was typed.
export function form(fields, words, submit) {
  const problem = el("pre", { class: "problems", role: "alert" });
  return el("form", { class: "entry", onsubmit: async (event) => {
    event.preventDefault();
    put(problem, "");
    const inputs = fields.map((one) => one.querySelector("input, select")).filter(Boolean);
    inputs.forEach((one) => one.removeAttribute("aria-invalid"));
    try {
      await submit();
    } catch (error) {
      put(problem, error.message);
      const at = inputs.find((one) => error.message.startsWith((one.dataset.field ||
        one.id.slice(6)) + ":"));
      at?.setAttribute("aria-invalid", "true");
      at?.focus();
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
    await enter();
  }));
}

function amounts() {
  if (!points.length) {
    return [el("p", { class: "soft" },
      "No point is entered by hand here: give one the device 'operator' (kinds amount, level, gauge).")];
  }
  const point = el("select", { id: "enter-point" }, points.map((one) => el("option", { value: one.id },
    (one.name || one.id) + ", " + unit(one.unit))));
  const value = el("input", { id: "enter-value", inputmode: "decimal", required: true, autocomplete: "off" });
  const at = el("input", { id: "enter-at", type: "datetime-local", value: localInput(Date.now()), required: true });
  const done = el("p", { "aria-live": "polite", id: "entered" });
  return [form([field("Point", point), field("Value", value, "a delivery's amount, or the stock"),
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
    }), done];
}

async function enter() {
  openSheet("Enter by hand", el("p", {}, "Signed in as ", name(operator), "."),
    el("h3", {}, "A delivery or a stock"), ...amounts(),
    el("h3", {}, "A laboratory's result"), ...await laboratory());
}

const complain = (error) => openSheet("Enter by hand", el("p", { class: "note" }, error.message));

function show() {
  put(find("#operator"), operator ? "Enter as " + operator : "Sign in");
}

export async function setUpOperator() {
  find("#operator").addEventListener("click", () => (operator ? enter().catch(complain) : signIn()));
  operator = (await ask("v1/session")).operator || "";
  show();
}
