const Router = require('@koa/router');
const router = new Router();
router.get('/', list);
router.del('/:id', drop);
module.exports = router;
