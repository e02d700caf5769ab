import { pollMs, useLiveState } from '../api/live.ts'
import classes from './app-shell.module.css'

const faces = {
  open: { word: 'Live', hint: 'Changes appear by themselves' },
  connecting: { word: 'Connecting', hint: 'The live connection is being made' },
  lost: {
    word: 'Reconnecting',
    hint: `The live connection is lost, or the hub is silent: this page asks every ${pollMs / 1000} seconds, and reconnects`,
  },
} as const

/** Whether what stands on the page moves by itself. */
export function LiveIndicator() {
  const state = useLiveState()
  if (state === 'idle') return null
  const face = faces[state]
  return (
    <p className={classes['live']} data-state={state} title={face.hint}>
      <span className={classes['liveDot']} aria-hidden="true" />
      <span className={classes['toolWord']}>{face.word}</span>
    </p>
  )
}
