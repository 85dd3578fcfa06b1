python3 make.py 1 app/kept.py
