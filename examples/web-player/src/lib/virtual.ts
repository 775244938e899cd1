/** Which rows of a list with rows of one height need to exist. */
export interface Viewport {
  /** Scroll position of the scrolling element, px. */
  readonly scrollTop: number;
  /** Height of the scrolling element, px. */
  readonly height: number;
  /** Where the list begins inside the scrolled content, px. */
  readonly listTop: number;
}

export interface RowRange {
  readonly first: number;
  /** One past the last row. */
  readonly end: number;
}

/** Rows in view and `overscan` more on each side, inside 0 to `count`. */
export function visibleRows(view: Viewport, rowHeight: number, count: number, overscan = 8): RowRange {
  const top = view.scrollTop - view.listTop;
  const clamp = (row: number) => Math.min(count, Math.max(0, row));
  const first = clamp(Math.floor(top / rowHeight) - overscan);
  const end = clamp(Math.ceil((top + view.height) / rowHeight) + overscan);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll so that `row` is wholly in view between the insets; null when it already is. */
export function scrollToRow(
  view: Viewport,
  rowHeight: number,
  row: number,
  insets: { readonly top: number; readonly bottom: number } = { top: 0, bottom: 0 },
): number | null {
  const top = view.listTop + row * rowHeight;
  if (top < view.scrollTop + insets.top) return Math.max(0, top - insets.top);
  const bottom = top + rowHeight;
  if (bottom > view.scrollTop + view.height - insets.bottom) return bottom - view.height + insets.bottom;
  return null;
}

/** Where a dragged row lands: the index before which it is dropped, 0 to `count`. */
export function dropIndex(offsetY: number, rowHeight: number, count: number): number {
  return Math.min(count, Math.max(0, Math.round(offsetY / rowHeight)));
}
