"""Makes references.json: images, and what Pillow makes of them. Run with Pillow and NumPy: python references.py references.json"""
import base64, io, json, sys

import numpy as np
from PIL import Image
y,x=np.mgrid[0:13,0:17]
img=np.stack([(x*15)%256,(y*19)%256,((x+y)*9)%256],-1).astype(np.uint8)
im=Image.fromarray(img)
def b64(b):
    return base64.b64encode(b).decode()
out={"made":"by Pillow, see test/data/image/references.py"}
def png(i,**k):
    f=io.BytesIO(); i.save(f,"PNG",**k); return b64(f.getvalue())
def jpg(i,**k):
    f=io.BytesIO(); i.save(f,"JPEG",**k); return b64(f.getvalue())
def px(i): return b64(np.asarray(i.convert("RGB")).astype(np.uint8).tobytes())
files={}
files["rgb"]=(png(im),px(im))
g=im.convert("L"); files["gray"]=(png(g),px(g))
one=g.point(lambda v:255*(v>100)).convert("1"); files["bits"]=(png(one),px(one))
p=im.quantize(16); files["palette"]=(png(p),px(p))
a=im.convert("RGBA"); files["alpha"]=(png(a),px(im))
g16=Image.fromarray((np.asarray(g).astype(np.uint16)*257)); files["gray16"]=(png(g16),px(g))
out["png"]={k:{"file":v[0],"pixels":v[1]} for k,v in files.items()}
jj={}
big=Image.fromarray(np.stack([np.mgrid[0:40,0:48][1]*5,np.mgrid[0:40,0:48][0]*6,np.full((40,48),90)],-1).astype(np.uint8))
for n,k in {"baseline":dict(quality=95,subsampling=0),"progressive":dict(quality=95,progressive=True,subsampling=0),"subsampled":dict(quality=90)}.items():
    f=jpg(big,**k)
    jj[n]={"file":f,"pixels":px(Image.open(io.BytesIO(base64.b64decode(f))))}
f=jpg(big.convert("L"),quality=95); jj["gray"]={"file":f,"pixels":px(Image.open(io.BytesIO(base64.b64decode(f))))}
out["jpeg"]=jj
res=[]
for box,w,h in [((0,0,17,13),7,5),((0,0,17,13),30,20),((2.5,1.25,12.5,9.25),8,8)]:
    r=im.resize((w,h),Image.BILINEAR,box=box); res.append({"box":box,"width":w,"height":h,"pixels":px(r)})
out["resize"]=res
from PIL import ImageEnhance
c=im
c=ImageEnhance.Brightness(c).enhance(1.3); c=ImageEnhance.Contrast(c).enhance(0.7); c=ImageEnhance.Color(c).enhance(1.5)
out["recolored"]={"brightness":1.3,"contrast":0.7,"saturation":1.5,"pixels":px(c)}
open(sys.argv[1],"w").write(json.dumps(out,separators=(",",":"))+"\n")
