// Names inside their regions: the place nearest to a region's middle where the whole text fits.
"use strict";

// A name on one line and, where it has several words, on two.
function readings(name) {
  const words = name.split(" ");
  const broken = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(" "), words.slice(i + 1).join(" ")]);
  const longest = lines => Math.max(...lines.map(line => line.length));
  broken.sort((a, b) => longest(a) - longest(b));
  return [[name], ...broken.slice(0, 1)];
}

// How many cells of a region lie above and left of each corner of its box's cells.
function summed(grid, place, {left, top, right, bottom}) {
  const width = right - left + 2;
  const sums = new Int32Array(width * (bottom - top + 2));
  for (let y = top; y <= bottom; y++) {
    for (let x = left, row = 0; x <= right; x++) {
      row += grid.cells[y * grid.width + x] === place;
      sums[(y - top + 1) * width + x - left + 1] = sums[(y - top) * width + x - left + 1] + row;
    }
  }
  return {sums, width};
}

// Box and middle, in cells, of each region.
function measure(grid, count) {
  const boxes = Array.from({length: count}, () => ({left: 1e9, top: 1e9, right: -1, bottom: -1, x: 0, y: 0, n: 0}));
  grid.cells.forEach((place, i) => {
    if (place < 0) return;
    const box = boxes[place], x = i % grid.width, y = Math.floor(i / grid.width);
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = y;
    box.x += x + .5;
    box.y += y + .5;
    box.n += 1;
  });
  return boxes;
}

// The corner, in cells, where w x h cells lie wholly in a region, nearest to its middle; null where there is none.
function roomFor(box, {sums, width}, w, h) {
  let best = null;
  for (let y = 0; y + h <= box.bottom - box.top + 1; y++) {
    for (let x = 0; x + w <= box.right - box.left + 1; x++) {
      const upper = y * width + x, lower = (y + h) * width + x;
      if (sums[lower + w] - sums[upper + w] - sums[lower] + sums[upper] < w * h) continue;
      const away = Math.hypot(box.left + x + w / 2 - box.x / box.n, box.top + y + h / 2 - box.y / box.n);
      if (!best || away < best.away) best = {away, x: box.left + x, y: box.top + y};
    }
  }
  return best;
}

// Where each name goes: {place, lines, size, left, top, width, height} in px; a number where there is no room for the
// name, nothing where there is none for the number. `cell` is px per cell, `textWidth` says how wide a text is.
function placeLabels(grid, names, cell, textWidth, sizes = [15, 13, 11]) {
  const boxes = measure(grid, names.length);
  return names.flatMap((name, place) => {
    const around = boxes[place];
    if (!name || !around.n) return [];
    const table = summed(grid, place, around);
    const tries = sizes.flatMap(size => readings(name).map(lines => ({lines, size})));
    tries.push({lines: [String(place + 1)], size: sizes.at(-1)});
    for (const {lines, size} of tries) {
      const width = Math.max(...lines.map(line => textWidth(line, size))) + 6;
      const height = lines.length * size * 1.2 + 2;
      const w = Math.ceil(width / cell), h = Math.ceil(height / cell);
      for (const margin of [4, 1, 0]) {  // away from the border, where there is room for that
        const spot = roomFor(around, table, w + 2 * margin, h + 2 * margin);
        const left = cell * (spot?.x + margin), top = cell * (spot?.y + margin);
        if (spot) return [{place, lines, size, left, top, width: w * cell, height: h * cell}];
      }
    }
    return [];
  });
}
