python3 make.py 0 app/migrations/0002_second.py
