import { useId, useRef, useState } from 'react'
import classes from './menu-popover.module.css'
import { rowAfterKey } from './row-after-key.ts'

export interface MenuItem {
  key: string
  content: React.ReactNode
  isDangerous?: boolean
  act: () => void
}

/** What makes a button the one that opens the menu. */
export interface MenuButtonProps {
  ref: React.RefObject<HTMLButtonElement | null>
  'aria-haspopup': 'menu'
  'aria-expanded': boolean
  'aria-controls': string
  onClick: () => void
}

interface MenuPopoverProps {
  label: string
  items: readonly MenuItem[]
  /** For items that are sentences. */
  isWide?: boolean
  button: (props: MenuButtonProps) => React.ReactNode
}

/**
 * A button and the menu that it opens. The browser's own popover lies above everything and closes on Escape and on a click
 * elsewhere; arrows, Home and End move in it, and closing gives the focus back.
 */
export function MenuPopover({ label, items, isWide = false, button }: MenuPopoverProps) {
  const menu = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const id = useId()
  const [place, setPlace] = useState<React.CSSProperties>({})
  const [isOpen, setOpen] = useState(false)

  /** At once, so that keys that follow the opening find the first item. */
  function open() {
    menu.current?.showPopover()
    if (opener.current && menu.current) setPlace(placeOf(menu.current, opener.current.getBoundingClientRect()))
    itemsOf(menu.current)[0]?.focus()
  }

  function move(event: React.KeyboardEvent) {
    const all = itemsOf(menu.current)
    if (event.key === 'Tab') return menu.current?.hidePopover()
    const next = rowAfterKey(event.key, all.indexOf(document.activeElement as HTMLElement), all.length, all.length)
    if (next === undefined) return
    event.preventDefault()
    all[next]?.focus()
  }

  return (
    <>
      {button({
        ref: opener,
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        'aria-controls': id,
        onClick: () => (isOpen ? menu.current?.hidePopover() : open()),
      })}
      <div
        ref={menu}
        id={id}
        role="menu"
        tabIndex={-1}
        aria-label={label}
        popover="auto"
        className={classes['menu']}
        data-wide={isWide || undefined}
        style={place}
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={move}
      >
        {items.map(({ key, content, isDangerous, act }) => (
          <button
            key={key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={classes['item']}
            data-dangerous={isDangerous}
            onClick={() => {
              menu.current?.hidePopover()
              act()
            }}
          >
            {content}
          </button>
        ))}
      </div>
    </>
  )
}

/** Room between the menu and the window's edges, in pixels. */
const edge = 12
/** And between the menu and its button. */
const gap = 4

/** Ends where the button ends, and stays in sight: in a narrow window, and above a button that is too low for it. */
function placeOf(menu: HTMLElement, button: DOMRect): React.CSSProperties {
  const { clientWidth, clientHeight } = document.documentElement
  const right = Math.min(clientWidth - button.right, clientWidth - menu.offsetWidth - edge)
  const below = button.bottom + gap
  const isTooLow = below + menu.offsetHeight > clientHeight - edge
  return {
    top: isTooLow ? Math.max(edge, button.top - gap - menu.offsetHeight) : below,
    right: Math.max(edge, right),
  }
}

function itemsOf(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
}
