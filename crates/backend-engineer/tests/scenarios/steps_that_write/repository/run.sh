python3 make.py 0 app/ran.py
