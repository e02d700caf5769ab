import { useLocalStorage } from '@mantine/hooks'
import { useEffectEvent, useLayoutEffect } from 'react'
import { completes, type KeyPress, type ShortcutName } from './shortcut-list.ts'

/** Whether single keys act. Who dictates to the machine, or hits keys by accident, can switch them off (WCAG 2.1.4). */
export function useShortcutsOn() {
  return useLocalStorage({ key: 'postern-shortcuts', defaultValue: true, getInitialValueInEffect: false })
}

/** Acts on a shortcut while the component is shown, unless somebody is typing or a dialog is open. */
export function useShortcut(name: ShortcutName, act: () => void): void {
  const [isOn] = useShortcutsOn()
  const run = useEffectEvent(act)
  // Before anything is painted: whoever sees what a key acts on finds that the key does.
  useLayoutEffect(() => {
    if (!isOn) return undefined
    let before: KeyPress | undefined
    function onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTaken(event.target)) return
      const press = { key: event.key, atMs: event.timeStamp }
      if (completes(name, press, before)) {
        event.preventDefault()
        run()
      }
      before = press
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [name, isOn])
}

function isTaken(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog') !== null
}
