import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { revealed, rowsAt, type Tall, tallOf } from "@/features/datasets/tall";

interface Place {
  /** Pixels of rows above the screen. */
  top: number;
  left: number;
  width: number;
  /** Without the header. */
  height: number;
}

interface TallScroll extends Place {
  tall: Tall;
  from: number;
  to: number;
  /** Where a row stands in the scroller's content. */
  y: (index: number) => number;
  reveal: (index: number) => void;
}

const WHEEL_LINE_PX = 16;

/**
 * The rows on the screen of a scroller with a sticky header. Where the scroller is lower than its rows are together,
 * the wheel still moves them pixel by pixel.
 */
export function useTallScroll(
  scroller: RefObject<HTMLElement | null>,
  { rows, rowHeight, header }: { rows: number; rowHeight: number; header: number },
): TallScroll {
  const [place, setPlace] = useState<Place>({ top: 0, left: 0, width: 0, height: 0 });
  const tall = tallOf(rows, rowHeight, place.height);
  const now = useRef({ tall, top: 0, set: 0 });
  now.current.tall = tall;

  const measure = useCallback(() => {
    const one = scroller.current;
    if (!one) return;
    const { scale, most } = now.current.tall;
    // What we set ourselves comes back rounded: it must not move the rows.
    if (Math.abs(one.scrollTop - now.current.set) > 1) now.current.top = one.scrollTop * scale;
    now.current.set = one.scrollTop;
    const top = Math.min(most, now.current.top);
    const height = Math.max(0, one.clientHeight - header);
    setPlace((before) => {
      const after = { top, left: one.scrollLeft, width: one.clientWidth, height };
      return JSON.stringify(after) === JSON.stringify(before) ? before : after;
    });
  }, [scroller, header]);

  const move = useCallback(
    (wanted: number) => {
      const one = scroller.current;
      if (!one) return;
      const { scale, most } = now.current.tall;
      now.current.top = Math.max(0, Math.min(most, wanted));
      one.scrollTop = now.current.top / scale;
      now.current.set = one.scrollTop;
      measure();
    },
    [scroller, measure],
  );

  useLayoutEffect(measure);
  useEffect(() => {
    const one = scroller.current;
    if (!one) return;
    const onWheel = (event: WheelEvent) => {
      if (now.current.tall.scale <= 1 || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      const step = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : WHEEL_LINE_PX;
      one.scrollLeft += event.deltaX * step;
      move(now.current.top + event.deltaY * step);
    };
    const sizes = new ResizeObserver(measure);
    sizes.observe(one);
    one.addEventListener("scroll", measure, { passive: true });
    one.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      sizes.disconnect();
      one.removeEventListener("scroll", measure);
      one.removeEventListener("wheel", onWheel);
    };
  }, [scroller, measure, move]);

  const shown = rowsAt(place.top, rowHeight, place.height, rows);
  const base = place.top / tall.scale - place.top;
  return {
    ...place,
    ...shown,
    tall,
    y: (index) => header + base + index * rowHeight,
    reveal: (index) => move(revealed(index, now.current.top, rowHeight, place.height)),
  };
}
