import { type RefObject, useEffect, useState } from 'react'

/** Width of an element's vertical scroll bar in CSS pixels: 0 while it has none, or one that lies over the content. */
export function useScrollbarWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const observed = element.current
    if (!observed) return
    // The content box shrinks when the scroll bar comes, so its coming and going are changes of size.
    const observer = new ResizeObserver(() => setWidth(observed.offsetWidth - observed.clientWidth))
    observer.observe(observed)
    return () => observer.disconnect()
  }, [element])
  return width
}
