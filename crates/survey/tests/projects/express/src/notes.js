module.exports = (router) => {
  router.route('/:id')
    .get(show)
    .delete(show);
  return router;
};

function show(request, response) {
  response.end();
}
