/** Stands in for a graphics driver that takes its process down. */
process.kill(process.pid, 'SIGKILL');
