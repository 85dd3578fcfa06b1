import sys

print({"lines": "a\nb", "version": "1.2.3", "wrong": "False"}[sys.argv[1]])
