/** Stands in for a graphics driver that never answers. */
setInterval(() => {}, 1000);
