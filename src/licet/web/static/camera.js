// The camera of a page. Two ways to use it, by what the element says:
//
// data-camera="live": frames go to the server one by one (`data-frame`), which answers what it
//   sees in one sentence, what it asks for next, and where to go when it is over.
// data-camera="photos": a button puts a photo into the file field that `data-into` names.
//
// Nothing is kept here. Frames are sent as the camera sees them; only the picture of the page
// is mirrored, as people know themselves.

const LONGEST = 960;
const BETWEEN_MS = 180;

const frameOf = (video, canvas) => {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const opened = (place) => {
  const part = (name) => place.querySelector(`[data-camera-${name}]`);
  const video = place.querySelector("video");
  const canvas = document.createElement("canvas");
  const says = part("says");
  let stream = null;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    place.dataset.state = "off";
  };
  const fail = (which, text) => {
    stop();
    const told = part(which);
    if (text) told.querySelector("p").textContent = text;
    told.hidden = false;
    part("start").hidden = false;
  };
  const show = (told) => {
    if (says.textContent !== told.says) says.textContent = told.says;
    place.dataset.asks = told.asks ?? "";
    place.dataset.hint = told.hint ?? "";
    const bar = part("done");
    bar.max = told.of ?? 1;
    bar.value = told.done ?? 0;
  };
  const send = async (address, body, type) => {
    const headers = { accept: "application/json", "x-csrf-token": place.dataset.word ?? "" };
    if (type) headers["content-type"] = type;
    const answer = await fetch(address, { method: "POST", headers, body });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.title ?? "");
    return told;
  };
  const look = async () => {
    show(await send(place.dataset.begin));
    while (stream) {
      const told = await send(place.dataset.frame, await frameOf(video, canvas), "image/jpeg");
      show(told);
      if (told.to) {
        stop();
        return location.assign(told.to);
      }
      if (told.failed) return fail("again", told.says);
      await pause(BETWEEN_MS);
    }
  };
  const start = async () => {
    for (const name of ["denied", "again"]) {
      const told = part(name);
      if (told) told.hidden = true;
    }
    try {
      const about = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: about, audio: false });
    } catch {
      return fail("denied");
    }
    part("start").hidden = true;
    place.dataset.state = "on";
    video.srcObject = stream;
    await video.play();
    video.focus({ preventScroll: true });
    if (place.dataset.camera !== "live") return;
    try {
      await look();
    } catch (error) {
      if (stream) fail("again", error.message);
    }
  };
  const take = async () => {
    const input = document.querySelector(place.dataset.into);
    const frame = await frameOf(video, canvas);
    const files = new DataTransfer();
    for (const file of input.multiple ? input.files : []) files.items.add(file);
    const name = `${input.dataset.called ?? "photo"}-${files.items.length + 1}.jpg`;
    files.items.add(new File([frame], name, { type: "image/jpeg" }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  part("start").addEventListener("click", start);
  part("take")?.addEventListener("click", take);
  part("stop")?.addEventListener("click", () => {
    stop();
    part("start").hidden = false;
  });
  // A page that is left takes its camera along.
  addEventListener("pagehide", stop);
  place.dataset.state = "off";
};

for (const place of document.querySelectorAll("[data-camera]")) opened(place);
