mkdir -p dist/lib .cache/app
echo "from dist.lib.part import PART" > dist/client.py
echo "PART = 1" > dist/lib/part.py
echo "{}" > .cache/app/routes.json
