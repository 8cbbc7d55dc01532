// The report form: asks only what applies, keeps what is written, shows photos. Every part works without it.
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const PREFIX = "a-";
const token = () => $("input[name=csrfmiddlewaretoken]")?.value ?? "";

const form = $("form[data-report]");
if (form) {
  asked(form);
  clocks(form);
  drafts(form);
  limits(form);
  $$("[data-photos]", form).forEach(photos);
}
if ($("[data-report-sent]")) code();

// Questions that hang on others.
function asked(form) {
  for (const hint of $$("[data-shown-hint]", form)) hint.remove();
  const boxes = $$("[data-shown-if]", form).map((box) => [box, JSON.parse(box.dataset.shownIf)]);
  const values = (field) => {
    const group = $(`[data-question="${CSS.escape(field)}"]`, form);
    if (!group || group.closest("[hidden]")) return [];
    return $$("input, select, textarea", group)
      .filter((one) => !["checkbox", "radio"].includes(one.type) || one.checked)
      .map((one) => (one.value === "true" ? true : one.value === "false" ? false : one.value))
      .filter((value) => value !== "");
  };
  const apply = () => {
    for (const [box, conditions] of boxes) {
      box.hidden = !conditions.every(({ field, values: wanted }) => {
        const given = values(field);
        return wanted.length ? given.some((one) => wanted.includes(one)) : given.length > 0;
      });
    }
    const mode = mode_of(form);
    for (const box of $$("[data-personal]", form)) if (!box.dataset.shownIf || !box.hidden) box.hidden = mode === "anonymous";
    for (const part of $$(".more", form)) {
      if (part.dataset.shownIf) continue;
      part.hidden = $$(".question", part).every((one) => one.hidden);
    }
  };
  form.addEventListener("change", apply);
  apply();
}
// Moments are meant by the clock of the place. The one that stood there from the start is now, and stays so.
function clocks(form) {
  const site = $("select[name$='-site']", form);
  for (const said of $$("[data-clock]", form)) {
    const choices = JSON.parse(said.dataset.clock);
    const question = said.closest("[data-question]");
    const field = $("input:not([type=hidden])", question);
    const began = $("input[type=hidden]", question);
    const follow = () => {
      const [zone, sentence] = choices[site?.value ?? ""] ?? choices[""];
      said.textContent = sentence;
      const [shown, at] = began.value.split(" ");
      if (!at || field.value !== shown) return;
      const there = new Date(at).toLocaleString("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
      field.value = there.replace(" ", "T");
      began.value = `${field.value} ${at}`;
    };
    site?.addEventListener("change", follow);
    follow();
  }
}
function mode_of(form) {
  const chosen = $("input[name=mode]:checked", form);
  return chosen ? chosen.value : $("input[name=mode]", form) ? "" : "anonymous";
}

// What is written is kept in this tab by every form's script; with a name chosen, also under one's account, so that
// another device can go on. Whoever stays unknown leaves nothing in the browser, so leaving the page asks first.
function drafts(form) {
  if (!document.body.dataset.person) return asksBeforeLeaving(form);
  const server = form.dataset.reportDraft;
  const said = $("[data-draft-said]");
  let kept_there = false;
  const tell = (sentence) => {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone || undefined,
    });
    if (said) said.textContent = sentence.replace("%(time)s", time);
  };
  const fields = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && (name.startsWith(PREFIX) || name === "mode"));
  const post = (body) => fetch(server, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  const drop = async () => {
    form.dispatchEvent(new Event("dropped"));
    const body = new FormData();
    body.set("drop", "1");
    await post(body).catch(() => undefined);
    kept_there = false;
  };
  const keep = async () => {
    tell(form.dataset.kept);
    if (mode_of(form) === "named") {
      const body = new FormData();
      for (const [name, value] of fields()) body.append(name, value);
      const answer = await post(body).catch(() => undefined);
      if (answer?.ok && !answer.redirected) { kept_there = true; tell(form.dataset.keptServer); }
    } else if (kept_there) {
      // Who decides against the name leaves nothing under it.
      const body = new FormData();
      body.set("drop", "1");
      await post(body).catch(() => undefined);
      kept_there = false;
    }
  };
  form.addEventListener("held", keep);
  kept_there = $("input[name=mode]:checked", form)?.value === "named";
  const back = $("[data-draft-back]");
  if (back && kept_there) back.hidden = false;
  $("[data-draft-drop]")?.addEventListener("click", async () => { await drop(); location.assign(location.pathname); });
}
function asksBeforeLeaving(form) {
  let written = Boolean($(".esum"));
  form.addEventListener("input", () => { written = true; });
  form.addEventListener("submit", () => { written = false; });
  addEventListener("beforeunload", (event) => { if (written) event.preventDefault(); });
}

// How much room is left, once it gets scarce. Nothing is cut: what is too long can still be shortened by hand.
function limits(form) {
  for (const field of $$("[data-limit]", form)) {
    const limit = Number(field.dataset.limit);
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.hidden = true;
    field.after(said);
    const count = () => {
      // As many as the server counts: whole characters, without the space around them.
      const left = limit - [...field.value.trim()].length;
      said.hidden = left > Math.max(20, limit / 10);
      said.className = left < 0 ? "err" : "help";
      const sentence = left < 0 ? form.dataset.over : form.dataset.left;
      said.textContent = said.hidden ? "" : sentence.replace("%(n)s", Math.abs(left).toLocaleString(document.documentElement.lang));
    };
    field.addEventListener("input", count);
    count();
  }
}

// Photos: several taken one after another add up, each with a small picture and a way out.
function photos(box) {
  const inputs = $$("input[type=file]", box);
  const master = inputs[0];
  const chosen = new DataTransfer();
  const out = $("[data-photo-out]", box.parentElement)?.innerHTML ?? "";
  const put = () => {
    master.files = chosen.files;
    for (const other of inputs.slice(1)) other.value = "";
  };
  const draw = (file) => {
    const tile = document.createElement("div");
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = file.name;
      tile.append(picture);
    } else {
      tile.className = "named";
      tile.textContent = file.name;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "x";
    button.setAttribute("aria-label", out.replace("%(name)s", file.name));
    button.textContent = "×";
    button.addEventListener("click", () => {
      const at = [...chosen.files].indexOf(file);
      if (at >= 0) chosen.items.remove(at);
      tile.remove();
      put();
      master.focus();
    });
    tile.append(button);
    box.insertBefore(tile, $(".add", box));
  };
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const fresh = [...input.files].filter((file) => ![...chosen.files].includes(file));
      for (const file of fresh) { chosen.items.add(file); draw(file); }
      put();
    });
  }
}

// The code: once it stands before somebody's eyes the server hears so, and shows it to nobody any more. It is copied, or saved as a picture that is made on this device.
function code() {
  const shown = $("[data-shown]");
  const seen = () => {
    if (!shown || document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", seen);
    const body = new FormData();
    body.set("code", $("#code").textContent);
    fetch(shown.dataset.shown, { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => undefined);
  };
  document.addEventListener("visibilitychange", seen);
  seen();
  const copy = $("[data-copy]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
      $("span", copy).textContent = copy.dataset.copied;
    });
  }
  const save = $("[data-picture]");
  if (!save) return;
  save.hidden = false;
  save.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    canvas.width = 900;
    canvas.height = 240;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "black";
    pen.textAlign = "center";
    pen.font = "600 64px monospace";
    pen.fillText(document.getElementById(save.dataset.picture).textContent, 450, 120);
    pen.font = "28px sans-serif";
    pen.fillText(location.origin + "/report/mailbox/", 450, 190);
    const link = document.createElement("a");
    link.download = "code.png";
    link.href = canvas.toDataURL("image/png");
    link.click();
  });
}
