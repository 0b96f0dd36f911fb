"""The style of pictures: two palettes, and nothing that is told by colour alone.

Against white and against the dark paper, text keeps a contrast of 4.5:1 or more, and whatever
is drawn 3:1 or more (WCAG 2.2, 1.4.3 and 1.4.11).
"""

from __future__ import annotations

from typing import Final

__all__ = ["STYLE", "TONES"]

TONES: Final = ("for", "against", "both", "aside", "unknown")
"""The tones in which areas are drawn; each has a texture of its own besides its colour."""

STYLE: Final = """\
.evl-picture {
  --evl-picture-paper: #ffffff;
  --evl-picture-ink: #1b1d21;
  --evl-picture-quiet: #565b64;
  --evl-picture-rule: #868b94;
  --evl-picture-for: #1d5f9e;
  --evl-picture-against: #b23c0a;
  --evl-picture-both: #6f4aa8;
  --evl-picture-aside: #6a6f78;
  --evl-picture-unknown: #6a6f78;
  display: block;
  width: 100%;
  max-width: 30rem;
  height: auto;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
@media screen and (prefers-color-scheme: dark) {
  .evl-picture {
    --evl-picture-paper: #15171b;
    --evl-picture-ink: #eceef1;
    --evl-picture-quiet: #aeb4be;
    --evl-picture-rule: #7f8691;
    --evl-picture-for: #6fb3ef;
    --evl-picture-against: #f28c5c;
    --evl-picture-both: #bb9ff0;
    --evl-picture-aside: #a2a8b2;
    --evl-picture-unknown: #a2a8b2;
  }
}
@media (forced-colors: active) {
  .evl-picture { --evl-picture-ink: CanvasText; --evl-picture-quiet: CanvasText; }
}
.evl-picture text { fill: var(--evl-picture-ink); }
.evl-picture .evl-quiet { fill: var(--evl-picture-quiet); }
.evl-picture .evl-strong { font-weight: 650; }
.evl-picture .evl-rule { stroke: var(--evl-picture-rule); stroke-width: 1; }
.evl-picture .evl-bound { stroke: var(--evl-picture-ink); stroke-width: 1; stroke-dasharray: 3 2; }
.evl-picture .evl-sum { fill: var(--evl-picture-ink); }
.evl-picture .evl-for { fill: var(--evl-picture-for); }
.evl-picture .evl-against { stroke: var(--evl-picture-against); }
.evl-picture .evl-both { stroke: var(--evl-picture-both); }
.evl-picture .evl-aside { stroke: var(--evl-picture-aside); fill: none; }
.evl-picture .evl-unknown { stroke: var(--evl-picture-unknown); }
.evl-picture .evl-ring { stroke: var(--evl-picture-ink); stroke-width: 1.5; fill: none; }
.evl-picture .evl-paper { fill: var(--evl-picture-paper); }
"""
"""The CSS that a page brings along where pictures stand in it; every rule is under
``.evl-picture``, and a page may set the custom properties ``--evl-picture-…`` otherwise."""
