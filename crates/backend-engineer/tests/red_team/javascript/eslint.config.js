module.exports = [
  {
    files: ["src/**/*.js", "test/**/*.js"],
    rules: { eqeqeq: "error", "no-unused-vars": "error" },
  },
];
