/** What this environment server calls itself in heartbeats and at enrolment. */
export const serverVersion = '0.1.0'
