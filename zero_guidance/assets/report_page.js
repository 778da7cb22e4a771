// What is shown, and what happens on a click, a key or a slider. Words and file names reach the page as text only.
"use strict";

const PHOTOS = 8, WORDS = 12, THUMBNAILS = 8;  // photos on a page, words on a page, photos of a word
const byId = id => document.getElementById(id);
const index = JSON.parse(byId("index").textContent);
const state = {n: null, T: null, tau: null, query: "", byWord: false, page: 0, chosen: new Map()};
const photos = new Map();

function element(tag, properties = {}, ...children) {
  const {data = {}, aria = {}, ...plain} = properties;
  const node = Object.assign(document.createElement(tag), plain);
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}
const percent = share => share >= .0995 ? `${Math.round(100 * share)} %` : `${(100 * share).toFixed(1)} %`;
const counted = (n, thing) => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
const colourOf = word => index.colours[word] || "#999999";

// ---- a photo and its regions

function photoAt(i) {
  if (!photos.has(i)) photos.set(i, JSON.parse(byId(`photo-${i}`).textContent));
  return photos.get(i);
}

function cutOf(photo) {
  const {tree} = photo;
  if (!tree) return photo.cut;
  const key = [state.n ?? tree.n, state.T ?? tree.T, state.tau ?? tree.tau];
  if (photo.key !== String(key)) {
    photo.key = String(key);
    photo.now = cutAgain(tree, ...key);
  }
  return photo.now;
}

const nameOf = (photo, region) => photo.names[region.name];
const wordOf = (photo, region) => nameOf(photo, region).label;
const shareOf = (photo, region) => region.area / (photo.size[0] * photo.size[1]);

// The places of the regions that the search asks for; null where it asks for nothing.
function litBy(photo, query = state.query) {
  if (!query) return null;
  const wanted = query.toLowerCase();
  const {regions} = cutOf(photo);
  return new Set([...regions.keys()].filter(place => wordOf(photo, regions[place]).toLowerCase().includes(wanted)));
}

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint16Array(await new Response(stream).arrayBuffer());
}

async function cellsOf(photo) {
  photo.map.cells ??= await inflated(photo.map.data);
  return photo.map.cells;
}

// ---- pictures

function rgb(hex) { return [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)); }

// The colours over a photo: a white line between dark ones round each region; with `lit`, all others in the dark.
function paint(canvas, photo, cells, lit) {
  const {width, height} = photo.map, {regions, places} = cutOf(photo);
  Object.assign(canvas, {width, height});
  const image = new ImageData(width, height), out = new Uint32Array(image.data.buffer);
  const strength = photo.picture ? (byId("tinted").checked ? 110 : 0) : 255;
  const packed = (r, g, b, a) => (a << 24 | b << 16 | g << 8 | r) >>> 0;
  const fill = regions.map((region, place) => {
    if (lit && !lit.has(place)) return packed(20, 20, 20, photo.picture ? 165 : 255);
    return packed(...rgb(colourOf(wordOf(photo, region))), lit && photo.picture ? 0 : strength);
  });
  // with `lit`, only the border between light and dark is drawn
  const placeOf = i => places[cells[i]], sideOf = i => lit ? lit.has(placeOf(i)) : placeOf(i);
  for (let i = 0; i < cells.length; i++) out[i] = placeOf(i) < 0 ? 0 : fill[placeOf(i)];
  const light = packed(255, 255, 255, 230), dark = packed(0, 0, 0, 120);
  if (strength || lit) for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) {
    const right = x + 1 < width && sideOf(i) !== sideOf(i + 1);
    const below = y + 1 < height && sideOf(i) !== sideOf(i + width);
    if (!right && !below) continue;
    if (right && out[i + 1] !== light) out[i + 1] = dark;
    if (below) out[i + width] = dark;
    out[i] = light;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The regions on a grid of at most 160 cells a side, for the names' places; a cell that a border crosses is no region's.
function gridOf(photo, cells) {
  const {width, height} = photo.map, {places} = cutOf(photo), step = Math.max(1, Math.ceil(Math.max(width, height) / 160));
  const grid = {width: Math.floor(width / step), height: Math.floor(height / step), cells: [], step};
  for (let y = 0; y < grid.height; y++) for (let x = 0; x < grid.width; x++) {
    const first = y * step * width + x * step, place = places[cells[first]];
    let whole = true;
    for (let i = 0; whole && i < step * step; i++) {
      whole = places[cells[first + Math.floor(i / step) * width + i % step]] === place;
    }
    grid.cells.push(whole ? place : -1);
  }
  return grid;
}

const pen = document.createElement("canvas").getContext("2d");
function textWidth(text, size) {
  pen.font = `700 ${size}px system-ui, sans-serif`;
  return pen.measureText(text).width;
}

function label(figure, photo, cells, lit) {
  figure.querySelectorAll(".name").forEach(name => name.remove());
  const grid = gridOf(photo, cells), shown = figure.getBoundingClientRect().width / photo.map.width;
  if (!shown) return;
  const names = cutOf(photo).regions.map((region, place) => !lit || lit.has(place) ? wordOf(photo, region) : "");
  for (const spot of placeLabels(grid, names, grid.step * shown, textWidth)) {
    const name = element("span", {className: "name", data: {place: spot.place}, aria: {hidden: true}}, spot.lines.join("\n"));
    Object.assign(name.style, {left: `${spot.left}px`, top: `${spot.top}px`, width: `${spot.width}px`,
                               height: `${spot.height}px`, fontSize: `${spot.size}px`});
    figure.append(name);
  }
}

function pictureOf(photo, i) {
  if (!photo.picture) return [];
  const words = [...new Set(cutOf(photo).regions.map(region => wordOf(photo, region)))].slice(0, 8).join(", ");
  const src = "data:image/jpeg;base64," + byId(`picture-${i}`).textContent.trim();
  return [element("img", {src, alt: `${photo.title}: ${words}`, width: photo.map.width, height: photo.map.height})];
}

// ---- one photo: its picture, the list of its regions, and why each has its word

function saidOf(photo, region) {
  const name = nameOf(photo, region), said = [percent(shareOf(photo, region)) + " of the photo"];
  if (region.own && name.probability !== null) said.unshift(`probability ${percent(name.probability)}`);
  const others = name.others.map(([word]) => word).filter(word => word !== name.label).slice(0, 4);
  if (region.own && others.length) said.push("or " + others.join(", "));
  if (!region.own) said.push("word of the nearest region that was named");
  return said.join("; ");
}

function optionOf(card, region, place) {
  const word = wordOf(card.photo, region) || `region ${place + 1}`;
  const swatch = element("span", {className: "swatch", aria: {hidden: true}}, String(place + 1));
  swatch.style.setProperty("--colour", colourOf(word));
  const text = element("span", {}, element("b", {}, word), " ", element("span", {className: "said"}, saidOf(card.photo, region)));
  const option = element("li", {tabIndex: -1, data: {place}, aria: {role: "option", selected: false}}, swatch, text);
  option.addEventListener("focus", () => choose(card, place));
  option.addEventListener("click", () => option.focus());
  return option;
}

function table(caption, heads, rows) {
  const head = element("tr", {}, ...heads.map(text => element("th", {scope: "col"}, text)));
  const body = rows.map(([first, ...cells]) => element("tr", {},
    element("th", {scope: "row"}, String(first)), ...cells.map(cell => element("td", {}, cell))));
  return element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...body));
}

const number = value => value === null || value === undefined ? "–" : value.toFixed(2);

function whyOf(photo, region) {
  const name = nameOf(photo, region), tables = [];
  if (!region.own) return [element("p", {}, "This region was not measured: it borrows the word of the nearest one that was.")];
  if (name.others.length) {
    const rows = name.others.map(([word, score]) => [word, number(score)]);
    tables.push(table("Likeliest words", ["word", "cosine"], rows));
  }
  if (name.words.length) {
    const rows = name.words.map(([word, ...cosines]) => [word, ...cosines.map(number)]);
    const caption = "Words of the whole photo and of the region: cosine before and after the photo is subtracted";
    tables.push(table(caption, ["word", "whole photo", "before", "after"], rows));
  }
  if (name.saliency.length) {
    const rows = name.saliency.map((S, k) => [photo.layers[k] ?? k + 1, number(S), number(name.weight[k])]);
    tables.push(table("How much is subtracted", ["masked layer", "saliency S", "weight w"], rows));
  }
  return tables.length ? tables : [element("p", {}, "Nothing was recorded about this word.")];
}

function choose(card, place) {
  state.chosen.set(card.i, place);
  card.list.querySelectorAll("li").forEach((option, i) => {
    option.tabIndex = i === (place ?? 0) ? 0 : -1;
    option.setAttribute("aria-selected", i === place);
  });
  const region = cutOf(card.photo).regions[place];
  card.why.hidden = !region;
  if (region) card.why.replaceChildren(card.why.firstChild, ...whyOf(card.photo, region));
  if (region) card.why.firstChild.textContent = `Why “${wordOf(card.photo, region) || "no word"}”`;
  light(card, place);
}

async function light(card, place = null) {
  const lit = place === null || place === undefined ? litBy(card.photo) : new Set([place]);
  const cells = await cellsOf(card.photo);
  if (!card.canvas.isConnected) return;
  paint(card.canvas, card.photo, cells, lit);
  label(card.figure, card.photo, cells, lit);
}

function placeUnder(card, event) {
  const box = card.canvas.getBoundingClientRect(), {width, height, cells} = card.photo.map;
  const x = Math.floor((event.clientX - box.left) / box.width * width);
  const y = Math.floor((event.clientY - box.top) / box.height * height);
  if (!cells || x < 0 || y < 0 || x >= width || y >= height) return -1;
  return cutOf(card.photo).places[cells[y * width + x]];
}

function hover(card, event) {
  const place = placeUnder(card, event), region = cutOf(card.photo).regions[place], {tip} = card;
  tip.hidden = !region;
  if (!region) return;
  tip.replaceChildren(element("b", {}, wordOf(card.photo, region) || `region ${place + 1}`), " " + saidOf(card.photo, region));
  const box = card.figure.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const below = y + 18 + tip.offsetHeight <= box.height;
  tip.style.left = `${Math.max(0, Math.min(x + 12, box.width - tip.offsetWidth))}px`;
  tip.style.top = `${below ? y + 18 : Math.max(0, y - 12 - tip.offsetHeight)}px`;
  if (card.under !== place) light(card, card.under = place);
}

function leave(card) {
  card.tip.hidden = true;
  card.under = null;
  light(card, state.chosen.get(card.i));
}

function listKeys(card, event) {
  const options = [...card.list.children], here = options.indexOf(document.activeElement);
  const there = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: options.length - 1}[event.key];
  if (event.key === "Escape") choose(card, null);
  if (there === undefined || !options[there]) return;
  event.preventDefault();
  options[there].focus();
}

function refresh(card) {
  const {regions} = cutOf(card.photo), lit = litBy(card.photo), focused = card.list.contains(document.activeElement);
  card.list.replaceChildren(...regions.map((region, place) => optionOf(card, region, place)));
  card.list.querySelectorAll("li").forEach((option, place) => option.classList.toggle("hit", Boolean(lit && lit.has(place))));
  const kept = regions[state.chosen.get(card.i)] ? state.chosen.get(card.i) : null;
  choose(card, kept);
  if (focused && card.list.firstChild) card.list.children[kept ?? 0].focus();
}

function cardOf(i) {
  const photo = photoAt(i), card = {i, photo, under: null};
  card.canvas = element("canvas", {aria: {hidden: true}});
  card.tip = element("div", {className: "tip", hidden: true, aria: {hidden: true}});
  card.figure = element("figure", {}, ...pictureOf(photo, i), card.canvas, card.tip);
  card.list = element("ol", {aria: {role: "listbox", label: `Regions of ${photo.title}`}});
  card.why = element("details", {className: "why"}, element("summary"));
  const size = photo.size.map(length => length.toLocaleString("en")).join(" x ");
  const notes = [`${size} px`, photo.scene && `scene: ${photo.scene}`, photo.trouble];
  card.article = element("article", {id: `card-${i}`, aria: {label: photo.title}}, element("h2", {}, photo.title),
    element("p", {className: "notes"}, notes.filter(Boolean).join("; ")), card.figure, card.list, card.why);
  card.figure.addEventListener("pointermove", event => hover(card, event));
  card.figure.addEventListener("pointerleave", () => leave(card));
  card.figure.addEventListener("click", event => card.list.children[placeUnder(card, event)]?.focus({preventScroll: true}));
  card.list.addEventListener("keydown", event => listKeys(card, event));
  return card;
}

// ---- the page

let cards = [];

function wordsNow() {
  const words = new Map();
  index.photos.forEach((_, i) => cutOf(photoAt(i)).regions.forEach((region, place) => {
    const word = wordOf(photoAt(i), region);
    if (!word || !word.toLowerCase().includes(state.query.toLowerCase())) return;
    if (!words.has(word)) words.set(word, {word, regions: 0, photos: new Map()});
    const entry = words.get(word);
    entry.regions += 1;
    entry.photos.set(i, [...(entry.photos.get(i) || []), place]);
  }));
  return [...words.values()].sort((a, b) => b.regions - a.regions || (a.word < b.word ? -1 : 1));
}

function openPhoto(i, word) {
  Object.assign(state, {byWord: false, query: word});
  byId("by-word").checked = false;
  byId("query").value = word;
  const hits = hitsNow();
  state.page = Math.floor(Math.max(0, hits.indexOf(i)) / PHOTOS);
  render();
  const list = byId(`card-${i}`)?.querySelector("li.hit");
  byId(`card-${i}`)?.scrollIntoView();
  list?.focus({preventScroll: true});
}

function thumbnail(i, word, places) {
  const photo = photoAt(i), canvas = element("canvas", {aria: {hidden: true}});
  const said = `${photo.title}: ${counted(places.length, "region")} called ${word}`;
  const button = element("button", {type: "button", className: "thumbnail", title: said, aria: {label: said}},
    ...pictureOf(photo, i).map(image => Object.assign(image, {alt: ""})), canvas);
  button.addEventListener("click", () => openPhoto(i, word));
  cellsOf(photo).then(cells => paint(canvas, photo, cells, new Set(places)));
  return button;
}

function sectionOf({word, regions, photos: where}) {
  const shown = [...where].slice(0, THUMBNAILS), more = where.size - shown.length;
  const swatch = element("span", {className: "swatch", aria: {hidden: true}});
  swatch.style.setProperty("--colour", colourOf(word));
  const row = element("div", {className: "row"}, ...shown.map(([i, places]) => thumbnail(i, word, places)));
  if (more) row.append(element("p", {}, `and ${counted(more, "photo")} more: find the word to see all`));
  return element("section", {}, element("h2", {}, swatch, " ", word), element("p", {className: "notes"},
    `${counted(regions, "region")} in ${counted(where.size, "photo")}`), row);
}

function hitsNow() {
  return index.photos.map((_, i) => i).filter(i => !state.query || litBy(photoAt(i)).size);
}

function turnTo(page) {
  state.page = page;
  render();
  document.querySelector(".pages").scrollIntoView();
}

function pager(pages) {
  const button = (text, page) => {
    const turn = element("button", {type: "button", disabled: page < 0 || page >= pages}, text);
    turn.addEventListener("click", () => turnTo(page));
    return turn;
  };
  const options = Array.from({length: pages}, (_, i) =>
    element("option", {value: i, selected: i === state.page}, `${i + 1} of ${pages}`));
  const select = element("select", {}, ...options);
  select.addEventListener("change", () => turnTo(Number(select.value)));
  const nav = document.querySelector(".pages");
  nav.replaceChildren(button("Previous", state.page - 1), element("label", {}, "Page ", select), button("Next", state.page + 1));
  nav.hidden = pages < 2;
}

function renderPhotos() {
  const hits = hitsNow(), {query} = state, regions = query ? hits.reduce((sum, i) => sum + litBy(photoAt(i)).size, 0) : 0;
  byId("status").textContent = query ? `“${query}”: ${counted(regions, "region")} in ${counted(hits.length, "photo")}` : "";
  pager(Math.ceil(hits.length / PHOTOS));
  cards = hits.slice(state.page * PHOTOS, (state.page + 1) * PHOTOS).map(cardOf);
  byId("photos").replaceChildren(...cards.map(card => card.article));
  cards.forEach(refresh);
}

function renderWords() {
  const words = wordsNow();
  byId("status").textContent = counted(words.length, "word");
  pager(Math.ceil(words.length / WORDS));
  cards = [];
  byId("photos").replaceChildren(...words.slice(state.page * WORDS, (state.page + 1) * WORDS).map(sectionOf));
}

function render() {
  if (state.byWord) renderWords();
  else renderPhotos();
}

// After a slider: the same photos stay where they are, unless what is shown depends on their words.
function recut() {
  state.chosen.clear();
  if (state.byWord || state.query) render();
  else cards.forEach(refresh);
}

function sliders() {
  const first = index.granularity;  // constants of the first photo that has a tree
  byId("granularity").hidden = !first;
  byId("no-tree").hidden = Boolean(first) || !index.photos.length;
  if (!first) return;
  byId("n").max = first.most;
  for (const name of ["n", "T", "tau"]) {
    const input = byId(name), output = document.querySelector(`output[for=${name}]`);
    const show = () => { output.textContent = name === "n" ? (state.n ?? first.n) : Number((state[name] ?? first[name])).toFixed(2); };
    const reset = () => { state[name] = null; input.value = first[name]; show(); };
    input.addEventListener("input", () => { state[name] = Number(input.value); show(); requestAnimationFrame(recut); });
    byId("reset").addEventListener("click", () => { reset(); recut(); });
    reset();
  }
}

function about() {
  const made = byId("made").querySelector("dl"), errors = byId("errors");
  byId("summary").textContent = index.summary;
  for (const [what, value] of index.made) made.append(element("dt", {}, what), element("dd", {}, value));
  errors.hidden = !index.errors.length;
  errors.querySelector("summary").textContent = `${counted(index.errors.length, "photo")} could not be cut`;
  errors.querySelector("ul").append(...index.errors.map(([name, why]) => element("li", {}, `${name}: ${why}`)));
}

function listen() {
  byId("controls").addEventListener("submit", event => event.preventDefault());
  const show = changed => { Object.assign(state, changed, {page: 0}); render(); };
  byId("query").addEventListener("input", event => show({query: event.target.value.trim()}));
  byId("by-word").addEventListener("change", event => show({byWord: event.target.checked}));
  byId("tinted").addEventListener("change", () => cards.forEach(card => light(card, state.chosen.get(card.i))));
  byId("theme").addEventListener("change", event => { document.documentElement.dataset.theme = event.target.value; });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (width !== innerWidth) cards.forEach(card => light(card, state.chosen.get(card.i)));
    width = innerWidth;
  });
}

about();
sliders();
listen();
render();
