const { PROJECT, sharing } = require("./shared-bundles");

const esbuild = jest.requireActual("../../../node_modules/esbuild");

module.exports = sharing(esbuild, (folder) => folder === PROJECT);
