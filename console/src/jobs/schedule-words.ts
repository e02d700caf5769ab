const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/**
 * What a schedule says, in words: `Every 15 minutes`, `Monday to Friday at 02:30`. For the forms that people use; any other is
 * `undefined`, and then the expression stands for itself. What it comes to is the hub's to say.
 * @param cron as the hub prints it: six or seven fields of Quartz, days of the week from 1 = SUN
 */
export function scheduleWords(cron: string): string | undefined {
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year] = cron.split(' ')
  if (year !== undefined && year !== '*') return undefined
  const days = dayWords(dayOfMonth, month, dayOfWeek)
  if (days === undefined) return undefined
  const isDaily = days === ''
  const repeated = repeatWords(second, minute, hour)
  if (repeated !== undefined)
    return isDaily ? repeated : `${repeated}, ${days.toLowerCase().startsWith('on') ? days : `on ${days}`}`
  const times = timeWords(second, minute, hour)
  if (times === undefined) return undefined
  return isDaily ? `Every day at ${times}` : `${upperFirst(days)} at ${times}`
}

/** `Every minute`, `Every 15 minutes`, `Every hour at :05`, `Every 2 hours at :00`. */
function repeatWords(second: string, minute: string, hour: string): string | undefined {
  if (second === '*' && minute === '*' && hour === '*') return 'Every second'
  const seconds = stepOf(second)
  if (seconds !== undefined && minute === '*' && hour === '*') return `Every ${seconds} seconds`
  if (second !== '0') return undefined
  if (minute === '*' && hour === '*') return 'Every minute'
  const minutes = stepOf(minute)
  if (minutes !== undefined && hour === '*') return `Every ${minutes} minutes`
  if (hour === '*' && evenStepOf(minute) !== undefined) return evenStepOf(minute)
  if (!isNumber(minute)) return undefined
  const past = `at :${twoDigits(minute)}`
  if (hour === '*') return `Every hour ${past}`
  const hours = stepOf(hour)
  return hours === undefined ? undefined : `Every ${hours} hours ${past}`
}

/** `02:30`, `02:30:10`, `06:00 and 18:00`. */
function timeWords(second: string, minute: string, hour: string): string | undefined {
  const hours = hour.split(',')
  if (!isNumber(second) || !isNumber(minute) || !hours.every(isNumber)) return undefined
  const rest = `${twoDigits(minute)}${second === '0' ? '' : `:${twoDigits(second)}`}`
  return listWords(hours.map((each) => `${twoDigits(each)}:${rest}`))
}

/** Empty for every day. */
function dayWords(dayOfMonth: string, month: string, dayOfWeek: string): string | undefined {
  const inMonth = month === '*' ? '' : monthWords(month)
  if (inMonth === undefined) return undefined
  const isAnyDay = (day: string) => day === '*' || day === '?'
  if (isAnyDay(dayOfMonth) && isAnyDay(dayOfWeek)) return inMonth === '' ? '' : `every day${inMonth}`
  if (isAnyDay(dayOfMonth)) {
    const words = weekdayWords(dayOfWeek)
    return words && `${words}${inMonth}`
  }
  const ofMonth = inMonth === '' ? ' of the month' : ` of${inMonth.slice(3)}`
  if (dayOfMonth === 'L') return `on the last day${ofMonth}`
  const dates = dayOfMonth.split(',')
  if (!dates.every(isNumber)) return undefined
  return `on day ${listWords(dates)}${ofMonth}`
}

function monthWords(month: string): string | undefined {
  const names = month.split(',').map((each) => (isNumber(each) ? months[Number(each) - 1] : undefined))
  return names.every((name) => name !== undefined) ? ` in ${listWords(names)}` : undefined
}

function weekdayWords(dayOfWeek: string): string | undefined {
  const range = dayOfWeek.split('-')
  if (range.length === 2) {
    const [from, to] = range.map(weekdayOf)
    return from && to && `${from} to ${to}`
  }
  const names = dayOfWeek.split(',').map(weekdayOf)
  return names.every((name) => name !== undefined) ? listWords(names) : undefined
}

function weekdayOf(text: string): string | undefined {
  const named = weekdayNames.indexOf(text)
  return weekdays[named >= 0 ? named : isNumber(text) ? Number(text) - 1 : -1]
}

/** The step of `0/15` or of a step from any start; nothing for anything else. */
function stepOf(field: string): number | undefined {
  const step = /^(?:0|\*)\/(\d+)$/.exec(field)?.[1]
  return step === undefined || step === '1' ? undefined : Number(step)
}

/** `Every 10 minutes from :05` of `5/10`; nothing where the step does not go round the hour evenly. */
function evenStepOf(minute: string): string | undefined {
  const [, start = '', step = ''] = /^(\d+)\/(\d+)$/.exec(minute) ?? []
  if (start === '' || Number(step) < 2 || 60 % Number(step) !== 0 || Number(start) >= Number(step)) return undefined
  return `Every ${step} minutes from :${twoDigits(start)}`
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}

function twoDigits(text: string): string {
  return text.padStart(2, '0')
}

function listWords(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
