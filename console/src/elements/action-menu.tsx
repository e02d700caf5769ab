import { ActionIcon } from '@mantine/core'
import { useId, useRef, useState } from 'react'
import classes from './action-menu.module.css'
import { Icon, type IconName } from './icon.tsx'
import { rowAfterKey } from './row-after-key.ts'

export interface MenuAction {
  name: string
  icon: IconName
  isDangerous?: boolean
  act: () => void
}

/**
 * The ⋮ of a thing: a button that opens a menu of what can be done with it. The browser's own popover lies above everything and
 * closes on Escape and on a click elsewhere; arrows, Home and End move in it, and closing gives the focus back.
 */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  const menu = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const [place, setPlace] = useState<React.CSSProperties>({})
  const [isOpen, setOpen] = useState(false)

  function takePlace() {
    const box = button.current?.getBoundingClientRect()
    // Ends where the button ends, so that it stays in sight at the right edge of a narrow window.
    if (box) setPlace({ top: box.bottom + 4, right: document.documentElement.clientWidth - box.right })
  }

  function move(event: React.KeyboardEvent) {
    const all = items(menu.current)
    if (event.key === 'Tab') return menu.current?.hidePopover()
    const next = rowAfterKey(event.key, all.indexOf(document.activeElement as HTMLElement), all.length, all.length)
    if (next === undefined) return
    event.preventDefault()
    all[next]?.focus()
  }

  if (actions.length === 0) return null
  return (
    <>
      <ActionIcon
        ref={button}
        variant="subtle"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <Icon name="more" />
      </ActionIcon>
      <div
        ref={menu}
        id={id}
        role="menu"
        tabIndex={-1}
        aria-label={label}
        popover="auto"
        className={classes['menu']}
        style={place}
        onBeforeToggle={takePlace}
        onToggle={(event) => {
          const opened = event.newState === 'open'
          setOpen(opened)
          if (opened) items(menu.current)[0]?.focus()
        }}
        onKeyDown={move}
      >
        {actions.map((action) => (
          <button
            key={action.name}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={classes['item']}
            data-dangerous={action.isDangerous}
            onClick={() => {
              menu.current?.hidePopover()
              action.act()
            }}
          >
            <Icon name={action.icon} />
            {action.name}
          </button>
        ))}
      </div>
    </>
  )
}

function items(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
}
