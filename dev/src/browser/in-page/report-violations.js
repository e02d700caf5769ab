// Runs in the page before its own scripts: tells the test of every violation of the content security policy.
document.addEventListener('securitypolicyviolation', (event) => {
  globalThis.reportViolation?.(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`)
})
