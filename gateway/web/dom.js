// SPDX-License-Identifier: Apache-2.0
// Elements by function. Text is set as text, never as markup, so a name from outside
// cannot become an element; the served policy refuses markup from scripts anyway.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const find = (selector) => document.querySelector(selector);

// Sets a text only when it is another, so that nothing is drawn or announced for nothing.
export function put(node, text) {
  const words = text === undefined || text === null ? "" : String(text);
  if (node.textContent !== words) {
    node.textContent = words;
  }
}

export function classed(node, name) {
  if (node.className !== name) {
    node.className = name;
  }
}

// Names come from devices: isolated, so that their direction does not turn the line.
export const name = (text, attributes) => el("bdi", attributes, text);

export function table(heads, rows, caption) {
  return el("table", {},
    caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, heads.map((head) =>
      el("th", { scope: "col", class: head.n ? "n" : null },
        head.quiet ? el("span", { class: "hidden" }, head.text) : head.text)))),
    el("tbody", {}, rows));
}

// Headers of every question; a page that signs in adds to them.
export const headers = { Accept: "application/json" };

export async function ask(path, options) {
  const answer = await fetch(path, { ...options, headers: { ...headers, ...options?.headers } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const error = new Error(body.title || path + " answers " + answer.status);
    error.problems = body.problems;
    error.status = answer.status;
    throw error;
  }
  return body;
}

export const send = (path, body) => ask(path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// The sheet at the side: one at a time, closed by Escape; focus goes back by itself.
export function openSheet(title, ...body) {
  const sheet = find("#sheet");
  find("#sheet-title").replaceChildren(title);
  find("#sheet-body").replaceChildren(...body);
  find("#sheet-body").scrollTop = 0;
  if (!sheet.open) {
    sheet.showModal();
  }
  find("#sheet-title").focus();
}

export function setUpSheet() {
  const sheet = find("#sheet");
  find("#sheet-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) {
      sheet.close();
    }
  });
}
