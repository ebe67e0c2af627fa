package dev.gantry.driver.rkt;

/**
 * The result of a command that ended.
 *
 * @param exitCode its exit code, 128 and the signal's number if a signal ended it
 * @param stdout its output
 * @param stderr the end of its standard error
 */
record CommandResult(int exitCode, String stdout, String stderr) {}
