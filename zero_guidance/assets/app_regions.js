// The photo with its regions, and the list beside it; `placeLabels` comes from report_labels.js.
// Words and file names reach the page as text only.
const part = name => element.querySelector(name);
const view = {map: null, cells: null, regions: [], chosen: null, under: null, timer: 0};
const pen = document.createElement("canvas").getContext("2d");
const rgb = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));

function make(tag, properties = {}, ...children) {
  const {aria = {}, ...plain} = properties;
  const node = Object.assign(document.createElement(tag), plain);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(name === "role" ? name : `aria-${name}`, value);
  node.append(...children);
  return node;
}

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint16Array(await new Response(stream).arrayBuffer());
}

// The colours over the photo, a white line between dark ones round each region; with `lit`, all others in the shade.
function paint(lit) {
  const canvas = part("canvas"), {width, height} = view.map, {cells} = view;
  Object.assign(canvas, {width, height});
  const image = new ImageData(width, height), out = new Uint32Array(image.data.buffer);
  const packed = (r, g, b, a) => (a << 24 | b << 16 | g << 8 | r) >>> 0;
  const shade = colour => rgb(colour).map(part => Math.round(.3 * part));
  const fill = view.regions.map((region, place) => lit === null ? packed(...rgb(region.colour), 105)
    : place === lit ? 0 : packed(...shade(region.colour), 165));
  const sideOf = i => lit === null ? cells[i] : cells[i] === lit + 1;
  const outside = lit === null ? 0 : packed(16, 16, 18, 165);
  for (let i = 0; i < cells.length; i++) out[i] = cells[i] ? fill[cells[i] - 1] : outside;
  const light = packed(255, 255, 255, 230), dark = packed(0, 0, 0, 120);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) {
    const right = x + 1 < width && sideOf(i) !== sideOf(i + 1);
    const below = y + 1 < height && sideOf(i) !== sideOf(i + width);
    if (!right && !below) continue;
    if (right && out[i + 1] !== light) out[i + 1] = dark;
    if (below) out[i + width] = dark;
    out[i] = light;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// The regions on a grid of at most 160 cells a side; a cell that a border crosses is no region's.
function gridOf() {
  const {width, height} = view.map, step = Math.max(1, Math.ceil(Math.max(width, height) / 160));
  const grid = {width: Math.floor(width / step), height: Math.floor(height / step), cells: [], step};
  for (let y = 0; y < grid.height; y++) for (let x = 0; x < grid.width; x++) {
    const first = y * step * width + x * step, cell = view.cells[first];
    let whole = true;
    for (let i = 0; whole && i < step * step; i++) {
      whole = view.cells[first + Math.floor(i / step) * width + i % step] === cell;
    }
    grid.cells.push(whole ? cell - 1 : -1);
  }
  return grid;
}

function textWidth(text, size) {
  pen.font = `700 ${size}px system-ui, sans-serif`;
  return pen.measureText(text).width;
}

function label(lit) {
  const figure = part("figure");
  figure.querySelectorAll(".zg-name").forEach(name => name.remove());
  const grid = gridOf(), scale = figure.getBoundingClientRect().width / view.map.width;
  if (!scale) return;
  const names = view.regions.map(region => region.word);
  for (const spot of placeLabels(grid, names, grid.step * scale, textWidth, [17, 15, 13, 11])) {
    const dim = lit === null || lit === spot.place ? "" : " zg-dim";
    const name = make("span", {className: "zg-name" + dim, aria: {hidden: true}}, spot.lines.join("\n"));
    Object.assign(name.style, {left: `${spot.left}px`, top: `${spot.top}px`, width: `${spot.width}px`,
                               height: `${spot.height}px`, fontSize: `${spot.size}px`});
    figure.append(name);
  }
}

function light(place) {
  if (!view.cells) return;
  paint(place);
  label(place);
}

function placeUnder(event) {
  if (!view.cells) return null;
  const box = part("canvas").getBoundingClientRect(), {width, height} = view.map;
  const x = Math.floor((event.clientX - box.left) / box.width * width);
  const y = Math.floor((event.clientY - box.top) / box.height * height);
  const inside = x >= 0 && y >= 0 && x < width && y < height;
  return inside && view.cells[y * width + x] ? view.cells[y * width + x] - 1 : null;
}

function hover(event) {
  const place = placeUnder(event), region = view.regions[place], tip = part(".zg-tip");
  tip.hidden = !region;
  if (region) {
    tip.replaceChildren(make("b", {}, region.word), ` ${region.said}`);
    const box = part("figure").getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const below = y + 18 + tip.offsetHeight <= box.height;
    tip.style.left = `${Math.max(0, Math.min(x + 12, box.width - tip.offsetWidth))}px`;
    tip.style.top = `${below ? y + 18 : Math.max(0, y - 12 - tip.offsetHeight)}px`;
  }
  if (view.under !== place) light(view.under = place);
}

function leave() {
  part(".zg-tip").hidden = true;
  view.under = null;
  light(view.chosen);
}

// As wide as the place allows, and not higher than the window; a phone shows the photo when it comes.
function fit(newer) {
  const figure = part("figure"), {width, height} = view.map;
  figure.style.width = `min(100%, ${Math.max(78 * width / height, 16)}vh)`;
  if (newer && innerWidth < 800) figure.scrollIntoView({block: "start"});
}

// A region is looked at; a moment later the server is asked why it has its name.
function choose(place, tell = true) {
  view.chosen = place;
  part("ol").querySelectorAll("li").forEach((option, i) => {
    option.tabIndex = i === (place ?? 0) ? 0 : -1;
    option.setAttribute("aria-selected", i === place);
  });
  light(place);
  clearTimeout(view.timer);
  const id = place === null ? 0 : view.regions[place].id;
  if (tell) view.timer = setTimeout(() => trigger("select", {id}), 200);
}

function optionOf(region, place) {
  const swatch = make("span", {className: "zg-swatch", aria: {hidden: true}}, String(place + 1));
  swatch.style.setProperty("--colour", region.colour);
  const bar = make("span", {className: "zg-bar", aria: {hidden: true}}, make("span"));
  bar.firstChild.style.width = `${100 * (region.probability ?? 0)}%`;
  const said = make("span", {className: "zg-said", title: region.said}, region.said);
  const text = make("span", {className: "zg-text"}, make("b", {}, region.word), " ", said);
  if (region.probability !== null) text.append(bar);
  const option = make("li", {tabIndex: -1, aria: {role: "option", selected: false}}, swatch, text);
  option.addEventListener("focus", () => { if (view.chosen !== place) choose(place); });
  option.addEventListener("click", () => option.focus());
  return option;
}

function keys(event) {
  const options = [...part("ol").children], here = options.indexOf(document.activeElement);
  const there = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: options.length - 1}[event.key];
  if (event.key === "Escape") choose(null);
  if (there === undefined || !options[there]) return;
  event.preventDefault();
  options[there].focus();
}

async function show() {
  const shown = props.value;
  const has = Boolean(shown && shown.map);
  part(".zg-hint").hidden = has;
  part("figure").hidden = !has;
  part(".zg-side").hidden = !has || !shown.regions.length;
  Object.assign(view, {map: null, cells: null, regions: [], chosen: null, under: null});
  if (!has) return;
  const cells = await inflated(shown.map.data);
  if (shown !== props.value && JSON.stringify(shown) !== JSON.stringify(props.value)) return;  // a newer one came
  Object.assign(view, {map: shown.map, cells, regions: shown.regions});
  const src = "data:image/jpeg;base64," + shown.photo, image = part("img");
  fit(image.src !== src);
  Object.assign(image, {src, alt: shown.alt, width: shown.map.width, height: shown.map.height});
  part(".zg-scene").textContent = shown.about;
  part("ol").replaceChildren(...shown.regions.map(optionOf));
  const place = shown.regions.findIndex(region => region.id === shown.chosen);
  choose(place < 0 ? null : place, false);
}

const canvas = part("canvas");
canvas.addEventListener("mousemove", hover);
canvas.addEventListener("mouseleave", leave);
canvas.addEventListener("click", event => {
  const place = placeUnder(event);
  if (place === null || place === view.chosen) choose(null);
  else part("ol").children[place].focus({preventScroll: innerWidth < 800});
});
part("ol").addEventListener("keydown", keys);
new ResizeObserver(() => { if (view.cells) label(view.under ?? view.chosen); }).observe(part("figure"));
watch("value", show);
show();
