const { types } = require('node:util');

const { TestEnvironment } = require('jest-environment-node');

const CHECKS = { Error: types.isNativeError, Date: types.isDate, Promise: types.isPromise };
const isInstance = Function.prototype[Symbol.hasInstance];

/**
 * Jest runs each test file in a context with classes of its own, while Node.js makes errors of sockets and files,
 * dates and promises of the outer ones: they would be no `instanceof Error`. Here they are, as in a real process.
 */
module.exports = class extends TestEnvironment {
	constructor(config, context) {
		super(config, context);
		for (const [name, check] of Object.entries(CHECKS)) {
			const own = this.global[name];
			const value = function (object) {
				return isInstance.call(this, object) || (this === own && check(object));
			};
			Object.defineProperty(own, Symbol.hasInstance, { value, configurable: true });
		}
	}
};
