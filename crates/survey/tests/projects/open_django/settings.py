ROOT_URLCONF = 'urls'
