// The tree (RFC 6962 section 2.1).

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash a line as a leaf. */
const leafHash = (line) => sha256(joined(LEAF, encoder.encode(line)));

/** Split leaves at the largest power of two below their number. */
function middleOf(start, stop) {
  let width = 1;
  while (2 * width < stop - start) width *= 2;
  return start + width;
}

/**
 * Cut leaves into the fewest nodes of the tree that leave each of `places` on its own, and
 * reach across none of `cuts`.
 *
 * @returns {number[][]} ranges, each from its first leaf up to the one behind its last
 */
function cover(start, stop, places, cuts) {
  if (stop - start === 1 || !(places.length || cuts.length)) return [[start, stop]];
  const middle = middleOf(start, stop);
  const left = [places.filter((n) => n < middle), cuts.filter((n) => n < middle)];
  const right = [places.filter((n) => n >= middle), cuts.filter((n) => n > middle)];
  return [...cover(start, middle, ...left), ...cover(middle, stop, ...right)];
}

/** The hashes of a cover, and of all that can be computed from them. */
class Tree {
  /** @param {number[][]} ranges @param {Uint8Array[]} hashes one for each range */
  constructor(ranges, hashes) {
    this.known = new Map(ranges.map((range, i) => [range.join("-"), hashes[i]]));
  }

  /** Give the hash over some leaves, once it is known. */
  hash(start, stop) {
    return this.known.get(`${start}-${stop}`);
  }

  /** Compute the hashes over some ranges: all nodes of one height at a time. */
  async grow(ranges) {
    const heights = new Map();
    const nodes = [];
    const plan = (start, stop) => {
      const name = `${start}-${stop}`;
      if (this.known.has(name)) return -1;
      if (heights.has(name)) return heights.get(name);
      need(stop - start > 1, `the hashes do not tell that of record ${start}`);
      const middle = middleOf(start, stop);
      const height = 1 + Math.max(plan(start, middle), plan(middle, stop));
      (nodes[height] ??= []).push([start, middle, stop]);
      heights.set(name, height);
      return height;
    };
    for (const [start, stop] of ranges) plan(start, stop);
    for (const level of nodes) {
      await all(level, async ([start, middle, stop]) => {
        const pair = joined(NODE, this.hash(start, middle), this.hash(middle, stop));
        this.known.set(`${start}-${stop}`, await sha256(pair));
      });
    }
  }

  /** Give the inclusion proof of a leaf in the tree of some size, the leaf's sibling first. */
  async path(n, size) {
    const siblings = [];
    for (let [start, stop] = [0, size]; stop - start > 1; ) {
      const middle = middleOf(start, stop);
      siblings.unshift(n < middle ? [middle, stop] : [start, middle]);
      [start, stop] = n < middle ? [start, middle] : [middle, stop];
    }
    await this.grow(siblings);
    return siblings.map(([start, stop]) => base64(this.hash(start, stop)));
  }
}
