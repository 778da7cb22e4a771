// The stored tree, cut again: the rules of zero_guidance.tree and zero_guidance.recut, in the order of splits.
// Node 1 is the whole photo; the k-th split divides node splits[k] into the nodes 2k and 2k + 1.
"use strict";

function join(kept, left, right, parent) {
  kept.delete(left);
  kept.delete(right);
  kept.add(parent);
}

// Ward's n clusters; then siblings that are both kept and more alike than T join, from the bottom up.
function cutPaper({splits, cosines}, n, T) {
  const kept = new Set([1]);
  for (let k = 1; k < n; k++) {
    kept.delete(splits[k]);
    kept.add(2 * k).add(2 * k + 1);
  }
  for (let k = n - 1; k >= 1; k--) {
    const both = kept.has(2 * k) && kept.has(2 * k + 1);
    if (both && cosines[k] > T) join(kept, 2 * k, 2 * k + 1, splits[k]);
  }
  return kept;
}

// The first half of n - 1 splits, top down; a refused one blocks what is under it, the root's is never refused.
function cutCode({splits, cosines}, n, T) {
  const kept = new Set([1]);
  const lookedAt = Math.min(Math.floor((n + 1) / 2), n - 1);
  for (let k = 1; k <= lookedAt; k++) {
    if (!kept.has(splits[k]) || (splits[k] !== 1 && cosines[k] >= T)) continue;
    kept.delete(splits[k]);
    kept.add(2 * k).add(2 * k + 1);
  }
  return kept;
}

// An attempt joins its two nodes where both are there and its score reaches tau (section 3.4).
function mergeAgain(kept, attempts, tau) {
  for (const [parent, left, right, score] of attempts) {
    if (kept.has(left) && kept.has(right) && score >= tau) join(kept, left, right, parent);
  }
  return kept;
}

// For each number in the map, the node of the cut that owns it: the first above it that is kept.
function ownersOf(tree, kept) {
  return tree.area.map((_, number) => {
    let node = number;
    while (node > 1 && !kept.has(node)) node = tree.splits[node >> 1];
    return kept.has(node) ? node : 0;
  });
}

// The regions of a cut, largest first, and for each number in the map the place of its region in that list, or -1.
function cutAgain(tree, n, T, tau) {
  const cut = tree.prune === "code" ? cutCode : cutPaper;
  const kept = mergeAgain(cut(tree, Math.min(n, tree.splits.length), T), tree.attempts, tau);
  const owners = ownersOf(tree, kept);
  const area = new Map();
  owners.forEach((node, number) => area.set(node, (area.get(node) || 0) + tree.area[number]));
  const drawn = [...kept].filter(node => area.get(node) > 0);
  drawn.sort((a, b) => area.get(b) - area.get(a) || a - b);
  const regions = drawn.map(node => ({node, area: area.get(node), name: tree.name[node], own: tree.own[node]}));
  return {regions, places: owners.map(node => drawn.indexOf(node))};
}
