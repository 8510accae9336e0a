// Loaded into the reader of uploads before its own code: what a parser would be that never ends. Tells when it begins.
process.once('message', () => {
	process.send('begun', () => {
		for (;;);
	});
});
