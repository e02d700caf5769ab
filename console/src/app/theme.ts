import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const pine: MantineColorsTuple = [
  '#eaf5f1',
  '#d5e8e2',
  '#aad2c5',
  '#7cc7b4',
  '#4fa18f',
  '#348573',
  '#1f7062',
  '#175f53',
  '#124c43',
  '#0c3a33',
]

const night: MantineColorsTuple = [
  '#e6e9e3',
  '#b9c4bd',
  '#a3b0a9',
  '#6f7d76',
  '#46564f',
  '#2c3934',
  '#1f2a26',
  '#19221f',
  '#131a18',
  '#0d1312',
]

const stone: MantineColorsTuple = [
  '#faf8f3',
  '#f4f2ec',
  '#ece9e1',
  '#dcd7cb',
  '#cbc5b6',
  '#beb8a8',
  '#8d8a7e',
  '#55605a',
  '#3c4540',
  '#1c2522',
]

const brick: MantineColorsTuple = [
  '#fdf1ef',
  '#fbe3df',
  '#f5c4bd',
  '#f59a8e',
  '#e2695c',
  '#cc4238',
  '#b52d25',
  '#a3241d',
  '#861b16',
  '#6a130f',
]

export const theme = createTheme({
  colors: { pine, brick, gray: stone, dark: night },
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  black: '#1c2522',
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-code)',
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
})

/** Mantine's own variables, led back to the tokens, so that its parts have the same colours as ours. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...fromTokens },
  dark: { ...fromTokens },
})

const fromTokens = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-soft)',
  '--mantine-color-placeholder': 'var(--ink-soft)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-disabled': 'var(--sunken)',
  '--mantine-color-disabled-color': 'var(--ink-soft)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--raised)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
} as const
