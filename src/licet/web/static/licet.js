// The little that the pages need of a script. Everything works without it, less comfortably:
// the browser's own file field, pages instead of dialogs, a reload instead of live progress.

const on = (kind, selector, act) =>
  document.addEventListener(kind, (event) => {
    const place = event.target instanceof Element ? event.target.closest(selector) : null;
    if (place) act(place, event);
  });

// Dialogs: the browser's own, so focus, Escape and what lies behind are its business.
on("click", "[data-opens]", (button) => {
  document.getElementById(button.dataset.opens)?.showModal();
});
on("click", "[data-close]", (button) => button.closest("dialog")?.close());
on("click", "dialog", (dialog, event) => {
  if (event.target === dialog) dialog.close();
});

on("click", "[data-dismiss]", (button) => {
  button.closest(".toast")?.remove();
  document.getElementById("main")?.focus({ preventScroll: true });
});

// The menu of a phone closes when somebody goes elsewhere.
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("details.menu[open]");
  if (open && !open.contains(event.target)) open.removeAttribute("open");
});

// A form that came back with errors: its summary is read first.
document.querySelector("[data-focus]")?.focus();

// Files: dropped on the field or chosen, and shown before they are sent.
const chosen = (field) => {
  const list = field.querySelector("[data-chosen]");
  for (const photo of list.querySelectorAll("img")) URL.revokeObjectURL(photo.src);
  list.replaceChildren(
    ...[...field.querySelector("input").files].map((file) => {
      const line = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const photo = document.createElement("img");
        photo.src = URL.createObjectURL(file);
        photo.alt = "";
        photo.addEventListener("error", () => photo.remove());
        line.append(photo);
      }
      const size = new Intl.NumberFormat(document.documentElement.lang, {
        style: "unit",
        unit: file.size < 1e6 ? "kilobyte" : "megabyte",
        maximumFractionDigits: 1,
      }).format(file.size / (file.size < 1e6 ? 1e3 : 1e6));
      const name = document.createElement("b");
      name.textContent = file.name;
      const weight = document.createElement("span");
      weight.textContent = size;
      line.append(name, weight);
      return line;
    }),
  );
  field.classList.toggle("full", list.children.length > 0);
};
on("change", "[data-drop] input", (input) => chosen(input.closest("[data-drop]")));
for (const kind of ["dragenter", "dragover"]) {
  on(kind, "[data-drop]", (field, event) => {
    event.preventDefault();
    field.classList.add("over");
  });
}
on("dragleave", "[data-drop]", (field, event) => {
  if (!field.contains(event.relatedTarget)) field.classList.remove("over");
});
on("drop", "[data-drop]", (field, event) => {
  event.preventDefault();
  field.classList.remove("over");
  const input = field.querySelector("input");
  const files = new DataTransfer();
  for (const file of event.dataTransfer.files) {
    if (input.multiple || files.items.length === 0) files.items.add(file);
  }
  input.files = files.files;
  chosen(field);
});

// Keys that choose, only while somebody is in the form (WCAG 2.2, 2.1.4).
on("keydown", "[data-keys]", (form, event) => {
  const picked = /^[1-9]$/.test(event.key) && form.querySelectorAll("[type=radio]")[event.key - 1];
  if (!picked || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  picked.checked = true;
  picked.focus();
});

document.querySelector("[data-keys]")?.focus({ preventScroll: true });

// A button that was pressed is not pressed twice; it comes back with the page.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && !event.defaultPrevented && !event.target.matches("[hx-post], [data-again], dialog form")) {
    queueMicrotask(() => button.setAttribute("aria-disabled", "true"));
  }
});
on("click", '[aria-disabled="true"]', (_, event) => event.preventDefault());
addEventListener("pageshow", () => {
  for (const one of document.querySelectorAll('button[aria-disabled="true"]')) {
    one.removeAttribute("aria-disabled");
  }
});

// Passkeys: the server asks, the device answers. What went wrong is said in one sentence, the
// same for every cause: a stranger learns nothing from it.
const post = async (address, body) => {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
};
const passkeys = {
  "sign-in": async () => {
    const asked = await post("/sign-in/begin", {});
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
    const answer = await navigator.credentials.get({ publicKey });
    return post("/sign-in", { answer: JSON.stringify(answer) });
  },
  invitation: async () => {
    const code = location.hash.slice(1);
    const { challenge, options } = await post("/invitation/begin", { code });
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options));
    const answer = await navigator.credentials.create({ publicKey });
    return post("/invitation", { code, challenge, answer: JSON.stringify(answer) });
  },
  provider: () => post("/invitation/provider", { code: location.hash.slice(1) }),
};
on("click", "[data-passkey]", async (button) => {
  const said = document.querySelector("[data-passkey-said]");
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  said.hidden = true;
  try {
    const { to } = await passkeys[button.dataset.passkey]();
    location.assign(button.dataset.back ?? to);
  } catch {
    said.hidden = false;
  } finally {
    button.ariaDisabled = null;
  }
});

// Acts that a passkey signs: the form is sent once to learn what to sign, then with the answer.
// Of files that are evidence only the hashes are sent.
const written = async (form) => {
  const body = new FormData(form);
  for (const input of form.querySelectorAll("[data-hash]")) {
    body.delete(input.name);
    for (const file of input.files) {
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0"));
      body.append("digest", hex.join(""));
    }
  }
  return body;
};
const act = async (form) => {
  const body = await written(form);
  const send = async (more) => {
    const headers = { accept: "application/json", ...more };
    return (await fetch(form.action, { method: "POST", headers, body })).json();
  };
  const told = await send({});
  if (!told.sign) return told;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(told.sign.options));
  const answer = btoa(JSON.stringify(await navigator.credentials.get({ publicKey })));
  const word = answer.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return send({ "licet-signature": `${told.sign.at} ${word}` });
};
on("submit", "[data-signed]", async (form, event) => {
  event.preventDefault();
  const said = form.querySelector("[data-said]");
  said.hidden = true;
  try {
    const { to, title, would_change: change, detail } = await act(form);
    if (to) return location.assign(to);
    said.lang = "en";
    said.textContent = [title, change ?? detail].filter(Boolean).join(" ");
  } catch {
    said.textContent = said.dataset.said;
  }
  said.hidden = false;
  form.querySelector("[type=submit]").removeAttribute("aria-disabled");
});
