const { dest, parallel, src } = require('gulp');

// What tsc does not carry: n8n-node build copies icons only and wipes dist first, so this comes after it.
const copies = {
	'db/migrations/*.sql': 'dist/db/migrations',
	'db/functions/*.sql': 'dist/db/functions',
	'workflows/*.json': 'dist/workflows',
	'icons/*.svg': 'dist/icons',
	'nodes/**/*.svg': 'dist/nodes',
};

const copy = ([from, to]) =>
	Object.defineProperty(() => src(from, { encoding: false, allowEmpty: true }).pipe(dest(to)), 'name', {
		value: `copy ${from}`,
	});

exports['build:assets'] = parallel(...Object.entries(copies).map(copy));
